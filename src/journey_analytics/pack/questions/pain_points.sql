-- Ranked pain points, worst first.
select
    coalesce(rank::varchar, pain_point) as key,
    *,
    burden / nullif(journeys_hit, 0) as burden_per_journey,
    greatest(-impact, 0) as points_lost
from pain_points
where rank is not null
order by rank
