-- What is held when, by btree: GiST indexes over a provider and a range were seen to leave rows out (PostgreSQL 15.18), and
-- capacity was promised twice. The exclusion constraint stays as a second wall; promise 7 stands on the provider's row lock and this.

drop index reservation_hold;
create index reservation_hold on reservation (provider_id, (coalesce(upper(hold), 'infinity')), (lower(hold)))
  where state in ('booked', 'preparing', 'ready', 'ending');

drop index closure_during;
create index closure_provider on closure (provider_id);
