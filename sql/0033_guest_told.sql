-- expand: a word in the guest; servers of before show none
alter table reservation add column guest_told timestamptz;
comment on column reservation.guest_told is 'the end of which a word was shown in its guest, or tried to be';
