-- audit: touchpoints_are_all_placed
-- inputs: touchpoints_placed, touchpoints
--
-- Touchpoints in = touchpoints in journeys: none lost, none doubled.
select
    coalesce(o.touchpoint_key, t.touchpoint_key) as touchpoint_key,
    count(t.touchpoint_key) as times_placed
from touchpoints_placed as o
full join touchpoints as t on o.touchpoint_key = t.touchpoint_key
group by coalesce(o.touchpoint_key, t.touchpoint_key)
having count(t.touchpoint_key) <> 1 or count(o.touchpoint_key) <> 1
