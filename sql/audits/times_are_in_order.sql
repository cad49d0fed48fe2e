-- audit: times_are_in_order
-- inputs: touchpoints
-- params: as_of
--
-- Nothing ends before it starts, and nothing is later than as_of.
select
    touchpoint_key,
    started_at,
    ended_at
from touchpoints
where ended_at < started_at or started_at > $as_of or ended_at > $as_of
