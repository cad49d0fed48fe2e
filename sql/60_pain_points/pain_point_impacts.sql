-- model: pain_point_impacts
-- grain: one row per pain point that has scored journeys
-- key: pain_point
-- inputs: pain_point_evidence, journeys, journey_scores, ranking_basis
-- per: all
-- solve: impact
--
-- For each pain point and stratum (same reason, same entry channel): scored journeys with and
-- without it, as whole numbers whose sums do not depend on the order of adding. The solver turns
-- them into a difference with its interval.
with scored as (
    select
        j.journey_key,
        j.reason,
        j.entry_channel,
        s.score_thousandths as score
    from journeys as j
    inner join journey_scores as s on j.journey_key = s.journey_key
    inner join ranking_basis as b on s.instrument = b.basis
),

strata as (
    select
        reason,
        entry_channel,
        count(*) as journeys,
        sum(score)::bigint as score_sum,
        sum(score * score)::bigint as score_squares
    from scored
    group by reason, entry_channel
),

hit as (
    select
        c.pain_point,
        c.kind,
        s.reason,
        s.entry_channel,
        count(*) as journeys,
        sum(s.score)::bigint as score_sum,
        sum(s.score * s.score)::bigint as score_squares
    from pain_point_evidence as c
    inner join scored as s on c.journey_key = s.journey_key
    group by c.pain_point, c.kind, s.reason, s.entry_channel
)

select
    h.pain_point,
    h.kind,
    h.entry_channel,
    h.journeys as hit_journeys,
    h.score_sum as hit_sum,
    h.score_squares as hit_squares,
    t.journeys - h.journeys as other_journeys,
    t.score_sum - h.score_sum as other_sum,
    t.score_squares - h.score_squares as other_squares
from hit as h
inner join strata as t on h.reason = t.reason and h.entry_channel = t.entry_channel
