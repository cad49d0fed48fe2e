-- Channels used in each step: journeys that use them. One journey can use several.
select
    concat_ws('/', p.step, p.channel) as key,
    p.step,
    p.channel as word,
    count(distinct p.journey_key) as journeys,
    count(distinct j.person_key) as persons
from passing as p
inner join known_journeys as j on p.journey_key = j.journey_key
group by p.step, p.channel
order by p.step, journeys desc, key
