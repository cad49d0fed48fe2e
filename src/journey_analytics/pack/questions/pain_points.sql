-- Ranked pain points, worst first.
select
    rank::varchar as key,
    *,
    burden / nullif(journeys_hit, 0) as burden_per_journey,
    greatest(-impact, 0) as points_lost
from shown_points
order by rank
