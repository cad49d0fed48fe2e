-- model: pain_point_impacts
-- grain: one row per pain point that hit enough persons to be shown
-- key: pain_point
-- inputs: pain_point_facts
-- per: all
-- solve: impact
--
-- Adjusted differences of the score, of another contact and of the time to resolution, what they
-- are after shrinking, false discovery rates, and how stable ranks are (docs/method.md).
select
    fact,
    journey_key,
    person_key,
    reason,
    entry_channel,
    entry_queue,
    month,
    score,
    at_ms,
    next_ms,
    handled_ms,
    pain_point,
    kind,
    parent_kind,
    place,
    loss_ms,
    is_candidate,
    is_within_parent,
    is_score,
    repeat_ms,
    resolution_ms,
    as_of_ms
from pain_point_facts
