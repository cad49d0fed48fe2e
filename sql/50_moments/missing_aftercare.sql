-- into: moments
-- grain: one row per silent solution that nobody followed up
-- key: kind, anchor_key
-- inputs: deadlines
-- per: person
--
-- The customer's last word stayed unanswered, the ticket was called solved, and nothing reached them
-- (deadlines_aftercare). What it costs is the time until something did.
select
    'missing_aftercare' as kind,
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
where kind = 'missing_aftercare' and outcome = 'overdue'
