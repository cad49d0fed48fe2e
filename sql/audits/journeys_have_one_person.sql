-- audit: journeys_have_one_person
-- inputs: touchpoints
--
-- A journey is one person's.
select
    journey_key,
    count(distinct person_key) as persons
from touchpoints
group by journey_key
having count(distinct person_key) > 1
