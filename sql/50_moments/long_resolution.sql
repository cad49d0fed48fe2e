-- into: moments
-- grain: one row per ticket that was not solved within the threshold
-- key: kind, anchor_key
-- inputs: deadlines
-- per: person
--
-- Solved late, or still open; dated when it was due. What it costs is the whole time until solved, by
-- the clock; one that is open has no length yet.
select
    'long_resolution' as kind,
    variant,
    anchor_key,
    person_key,
    journey_key,
    contact_key,
    due_at as occurred_at,
    lost_ms,
    true as is_elapsed,
    channel,
    queue,
    'observed' as evidence_class
from deadlines
where kind = 'long_resolution' and outcome = 'overdue'
