-- Who passes through each step (the view says what counts).
select
    p.step as key,
    p.step,
    sum(p.touchpoints)::bigint as touchpoints,
    count(distinct p.journey_key) as journeys,
    count(distinct j.person_key) as persons,
    count(distinct j.person_key) filter (where p.touchpoints > 0) as touchpoint_persons
from passing as p
inner join known_journeys as j on p.journey_key = j.journey_key
group by p.step
order by p.step
