select
    concat_ws('/', t.step, t.channel) as key,
    t.step,
    t.channel as word,
    count(*) as size,
    count(distinct t.person_key) as persons
from touchpoints as t
inner join known_journeys as j on t.journey_key = j.journey_key
group by t.step, t.channel
order by t.step::varchar, size desc, key
