-- Time in queues of contacts where it was measured, answered or not.
select
    'queue' as key,
    count(*) as contacts,
    count(distinct person_key) as persons,
    median(wait_ms) as median_ms,
    percentile_disc(0.9) within group (order by wait_ms) as p90_ms,
    count(*) filter (where wait_ms >= $wait_ms) as over
from counted_contacts
where wait_ms is not null
