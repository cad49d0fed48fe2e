-- What happens in each step: touchpoints by kind and actor.
select
    concat_ws('/', t.step, t.kind, t.actor) as key,
    t.step,
    concat_ws('/', t.step, t.kind, t.actor) as word,
    count(*) as size,
    count(distinct t.person_key) as persons
from touchpoints as t
inner join known_journeys as j on t.journey_key = j.journey_key
group by t.step, t.kind, t.actor
order by t.step::varchar, size desc, key
