-- audit: journeys_have_one_family
-- inputs: touchpoints
--
-- A journey is about one issue: its touchpoints have one reason family.
select
    journey_key,
    count(distinct reason_family) as families
from touchpoints
group by journey_key
having count(distinct reason_family) > 1
