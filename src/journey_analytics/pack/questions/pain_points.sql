-- Ranked pain points, worst first.
select
    rank::varchar as key,
    *,
    burden / nullif(journeys_hit, 0) as burden_per_journey,
    greatest(-impact, 0) as points_lost,
    repeat_low as repeat_difference_low,
    repeat_high as repeat_difference_high,
    hours_low as hours_difference_low,
    hours_high as hours_difference_high
from shown_points
order by rank
