-- into: emotions
-- grain: one row per contact and instrument that a model stands in for
-- key: touchpoint_key, kind, instrument
-- inputs: emotion_estimates, touchpoints
-- per: all
--
-- What a survey would have said, by the model of its instrument, where it said nothing and the model
-- is offered (emotion_models).
select
    e.touchpoint_key,
    t.person_key,
    t.journey_key,
    t.started_at as occurred_at,
    'inferred' as kind,
    e.instrument,
    e.value_thousandths / 1000.0 as value,
    1 as n
from emotion_estimates as e
inner join touchpoints as t on e.touchpoint_key = t.touchpoint_key
