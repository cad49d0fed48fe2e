-- Time in queues of contacts where it was measured, answered or not.
with sorted as (
    select
        count(*) as contacts,
        count(distinct person_key) as persons,
        list(wait_ms order by wait_ms) as waits,
        count(*) filter (where wait_ms >= $wait_ms) as over,
        count(distinct person_key) filter (where wait_ms >= $wait_ms) as over_persons
    from counted_contacts
    where wait_ms is not null
)

select
    'queue' as key,
    contacts,
    persons,
    list_median(waits) as median_ms,
    median_low(waits) as median_ms_low,
    median_high(waits) as median_ms_high,
    at_rank(waits, ceil(0.9 * contacts)) as p90_ms,
    over,
    over_persons
from sorted
