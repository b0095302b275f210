-- expand: what the people of a group hold of a kind at one time is counted, wherever their machines are
create index reservation_asked_kind on reservation (kind, (coalesce(upper(during), 'infinity')), (lower(during)), account_id)
  where state in ('booked', 'preparing', 'ready', 'ending') and kept_until is null;
