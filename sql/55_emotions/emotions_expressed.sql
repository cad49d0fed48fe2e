-- into: emotions
-- grain: one row per touchpoint and language something was said in
-- key: touchpoint_key, kind, instrument
-- inputs: expressions, answer_places, touchpoints
-- per: all
--
-- A message and a ticket are touchpoints themselves; a survey's comment speaks of what its score
-- speaks of.
select
    t.touchpoint_key,
    t.person_key,
    t.journey_key,
    t.started_at as occurred_at,
    'expressed' as kind,
    concat('text ', e.language) as instrument,
    round(cast(sum(e.value_thousandths) as double) / nullif(count(*), 0)) / 1000.0 as value,
    count(*)::integer as n
from expressions as e
left join answer_places as p on e.text_key = p.answer_key
inner join touchpoints as t on coalesce(p.touchpoint_key, e.text_key) = t.touchpoint_key
where e.value_thousandths is not null
group by t.touchpoint_key, t.person_key, t.journey_key, t.started_at, e.language
