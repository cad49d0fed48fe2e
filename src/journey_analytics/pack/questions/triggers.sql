-- Update triggers that are on, and since when; those of too few persons are not shown.
select
    concat_ws('/', t.rule, t.measure, t.dimension, t.subject) as key,
    t.rule,
    t.measure,
    t.dimension,
    case when t.dimension = 'persona' then coalesce(p.name, t.subject) else t.subject end as subject,
    case when t.rule = 'new_channel' then t.n else t.value end as measured,
    case when t.rule <> 'new_channel' then t.expected end as expected,
    t.low as expected_low,
    t.high as expected_high,
    t.n::bigint as n,
    t.first_day,
    t.last_day,
    timezone($zone, timezone('UTC', l.first_seen))::date as since
from triggers as t
left join trigger_log as l
    on
        l.is_on
        and t.rule = l.rule
        and t.measure = l.measure
        and t.dimension = l.dimension
        and t.subject = l.subject
left join persona_words as p on t.subject = p.persona
where t.is_on and (t.persons >= $min_group or t.rule = 'map_age')
order by t.rule, t.q_value, key
