-- model: journey_scores
-- grain: one row per journey and instrument it was scored on
-- key: journey_key, instrument
-- inputs: staged_surveys, touchpoints
-- per: person
-- published: Scores that customers gave, one per journey and instrument: the last answer.
--
-- Scores of different scales are different instruments.
with answers as (
    select
        t.journey_key,
        t.person_key,
        s.metric,
        s.scale_min,
        s.scale_max,
        s.score_thousandths,
        row_number() over (
            partition by t.journey_key, s.metric, s.scale_min, s.scale_max
            order by s.answered_at desc, s.answer_key
        ) as recency
    from staged_surveys as s
    inner join touchpoints as t on s.answer_key = t.touchpoint_key
    where
        s.metric in ('nps', 'csat', 'ces')
        and s.score_thousandths is not null
        and s.scale_min is not null
        and s.scale_max is not null
)

select
    journey_key, -- the journey (journeys)
    concat_ws(
        ' ',
        case metric when 'nps' then 'NPS' when 'csat' then 'CSAT' else 'CES' end,
        concat(cast(cast(scale_min as integer) as varchar), '-', cast(cast(scale_max as integer) as varchar))
    ) as instrument, -- what was asked, with its scale
    person_key, -- who answered (persons)
    score_thousandths -- the score in thousandths, more is better
from answers
where recency = 1
