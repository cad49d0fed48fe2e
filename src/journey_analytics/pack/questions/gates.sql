-- Sources that bring nothing new, or whose new files were kept out.
select
    concat_ws('/', source, gate, subject) as key,
    source,
    gate,
    outcome,
    subject,
    case
        when gate = 'stale' then timezone($zone, timezone('UTC', try_cast(subject as timestamp)))
    end as newest
from gates
where outcome in ('refused', 'stale')
order by source, gate, key
