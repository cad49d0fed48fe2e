-- model: pain_point_counterparts
-- grain: one row per pain point with a loss of score, and part of the journeys compared
-- key: pain_point, segment_kind, segment
-- inputs: pain_point_facts
-- per: all
-- solve: counter_evidence
--
-- The same adjusted difference in parts of the data (docs/method.md).
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
    pain_point,
    kind,
    parent_kind,
    place,
    loss_ms,
    is_candidate,
    is_within_parent,
    repeat_ms,
    resolution_ms,
    as_of_ms
from pain_point_facts
