-- into: moments
-- grain: one row per silence longer than the threshold
-- key: kind, anchor_key
-- inputs: deadlines
-- per: person
--
-- The silences that count are found in deadlines_silent_wait, and stated where a source would have
-- shown our word (deadlines). Dated when it had lasted too long; one that goes on has no length yet.
select
    'silent_wait' as kind,
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
    'derived' as evidence_class
from deadlines
where kind = 'silent_wait' and outcome = 'overdue'
