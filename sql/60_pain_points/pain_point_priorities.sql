-- model: pain_point_priorities
-- grain: one row per ranked pain point
-- key: pain_point
-- inputs: pain_points
-- params: impact_cut, frequency_cut
-- per: all
-- published: The priority matrix: on which side of the cut lines each ranked pain point lies. Effort is not in it: people state it in actions.csv.
--
-- A cut line is the user's ([priorities]), or else the median of the ranked pain points: then half of
-- them lie above it whatever the level, and the matrix compares them with each other only.
with ranked as (
    select
        *,
        burden / nullif(journeys_hit, 0) as impact_per_journey
    from pain_points
    where rank is not null
),

middle as (
    select
        median(impact_per_journey) as impact,
        median(frequency) as frequency
    from ranked
),

cut as (
    select
        case when $impact_cut >= 0 then $impact_cut else impact end as impact_cut,
        case when $frequency_cut >= 0 then $frequency_cut else frequency end as frequency_cut
    from middle
)

select
    r.pain_point, -- the pain point (pain_points)
    r.rank, -- its place by burden
    r.impact_per_journey, -- what it costs a journey it hits: score points, or hours by the same basis
    r.frequency, -- persons hit / active persons
    c.impact_cut, -- cut line of impact
    c.frequency_cut, -- cut line of frequency
    case when $impact_cut >= 0 then 'settings' else 'median of the ranked' end as impact_cut_from, -- who drew it
    case when $frequency_cut >= 0 then 'settings' else 'median of the ranked' end as frequency_cut_from, -- who drew it
    concat_ws(
        ' ',
        case when r.frequency >= c.frequency_cut then 'hits many' else 'hits few' end,
        case when r.impact_per_journey >= c.impact_cut then 'hard' else 'lightly' end
    ) as quadrant, -- hits many hard, hits many lightly, hits few hard, hits few lightly
    not (
        (r.frequency_low < c.frequency_cut and r.frequency_high >= c.frequency_cut)
        or coalesce(-r.impact_high < c.impact_cut and -r.impact_low >= c.impact_cut, false)
    ) as is_settled -- no interval of it crosses a cut line
from ranked as r
cross join cut as c
