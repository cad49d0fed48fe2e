-- into: emotions
-- grain: one row per touchpoint and instrument it was scored on
-- key: touchpoint_key, kind, instrument
-- inputs: measured_emotions, touchpoints
-- per: all
-- published: Moods of customers at touchpoints, -2 (awful) to +2 (delighted): measured by a survey, expressed in words, or inferred by a model. Kinds and instruments are never pooled.
select
    e.touchpoint_key, -- the touchpoint (touchpoints); of a survey: the last one of the contact it asks about
    t.person_key, -- whose mood (persons)
    t.journey_key, -- the journey (journeys)
    t.started_at as occurred_at, -- when the touchpoint began, UTC
    'measured' as kind, -- measured, expressed, inferred
    e.instrument, -- what measured it, with its scale; 'text' and language; of an inferred one: what it stands in for
    e.value_thousandths / 1000.0 as value, -- the mood, -2 to +2
    e.n -- scores, texts or estimates behind it
from measured_emotions as e
inner join touchpoints as t on e.touchpoint_key = t.touchpoint_key
