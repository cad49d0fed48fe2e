-- What happens in each step: journeys in which it does. One journey can do several things.
select
    p.doing as key,
    p.step,
    p.doing as word,
    count(distinct p.journey_key) as journeys,
    count(distinct j.person_key) as persons
from passing as p
inner join known_journeys as j on p.journey_key = j.journey_key
where p.doing is not null
group by p.step, p.doing
order by p.step, journeys desc, key
