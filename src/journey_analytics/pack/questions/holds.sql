-- Time on hold of calls that were put on hold at all; the share held is given beside it.
select
    'hold' as key,
    count(*) as contacts,
    count(*) filter (where hold_ms > 0) as held,
    count(distinct person_key) filter (where hold_ms > 0) as persons,
    median(hold_ms) filter (where hold_ms > 0) as median_ms,
    percentile_disc(0.9) within group (order by hold_ms) filter (where hold_ms > 0) as p90_ms,
    count(*) filter (where hold_ms >= $hold_ms) as over
from counted_contacts
where hold_ms is not null
