-- Time lost per occurrence, for the worst pain points.
with sorted as (
    select
        rank,
        count(lost_ms) as measured,
        list(lost_ms order by lost_ms) filter (where lost_ms is not null) as losses
    from point_moments
    where rank <= $top
    group by rank
)

select
    rank::varchar as key,
    rank,
    measured,
    list_median(losses) as median_ms,
    median_low(losses) as median_ms_low,
    median_high(losses) as median_ms_high
from sorted
order by rank
