-- A reservation that is made to see whether a revision can be lent: what is to become of the revision if it can. It ends by itself.
alter table reservation add column proof jsonb;
