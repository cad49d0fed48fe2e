-- Time on hold of calls that were put on hold at all; the share held is given beside it.
with sorted as (
    select
        count(*) as contacts,
        count(*) filter (where hold_ms > 0) as held,
        count(distinct person_key) filter (where hold_ms > 0) as persons,
        list(hold_ms order by hold_ms) filter (where hold_ms > 0) as holds
    from counted_contacts
    where hold_ms is not null
)

select
    'hold' as key,
    contacts,
    held,
    persons,
    list_median(holds) as median_ms,
    median_low(holds) as median_ms_low,
    median_high(holds) as median_ms_high,
    at_rank(holds, ceil(0.9 * held)) as p90_ms
from sorted
