-- Update triggers that were on in the quarter before as_of; those of too few persons are not shown.
select
    concat_ws('/', l.rule, l.measure, l.dimension, l.subject, l.first_run) as key,
    l.rule,
    l.measure,
    l.dimension,
    case when l.dimension = 'persona' then coalesce(p.name, l.subject) else l.subject end as subject,
    timezone($zone, timezone('UTC', l.first_seen))::date as since,
    timezone($zone, timezone('UTC', l.last_seen))::date as last_day,
    l.is_on
from trigger_log as l
left join persona_words as p on l.subject = p.persona
where
    l.last_seen >= (select max(as_of) from runs) - interval 91 days
    and (try_cast(l.persons as bigint) >= $min_group or l.rule = 'map_age')
order by since desc, key
