-- Time lost per occurrence, for the worst pain points.
select
    rank::varchar as key,
    rank,
    count(lost_ms) as measured,
    median(lost_ms) as median_ms,
    sum(lost_ms)::bigint as lost_ms
from point_moments
where rank <= $top
group by rank
order by rank
