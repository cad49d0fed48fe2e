-- model: pain_point_counterparts
-- grain: one row per pain point with a loss of score, and part of the journeys compared
-- key: pain_point, segment_kind, segment
-- inputs: pain_point_facts, persona_members
-- per: all
-- solve: counter_evidence
--
-- The same adjusted difference in parts of the data (docs/method.md). Who has no persona is in no part
-- by persona.
select
    f.fact,
    f.journey_key,
    f.person_key,
    m.persona,
    f.reason,
    f.entry_channel,
    f.entry_queue,
    f.month,
    f.score,
    f.at_ms,
    f.next_ms,
    f.handled_ms,
    f.pain_point,
    f.kind,
    f.parent_kind,
    f.place,
    f.loss_ms,
    f.is_candidate,
    f.is_within_parent,
    f.repeat_ms,
    f.resolution_ms,
    f.as_of_ms
from pain_point_facts as f
left join persona_members as m on m.group_kind = 'persona' and f.person_key = m.person_key
