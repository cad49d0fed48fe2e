-- model: ticket_counters
-- grain: one row per ticket
-- key: ticket_key
-- inputs: tickets
-- params: as_of
-- per: person
-- stored: view
--
-- What the vendor counted and measured itself, to be shown beside what the history shows. NULL where
-- the vendor has no such counter, never 0.
select
    ticket_key,
    reopens,
    reassignments,
    queue_changes,
    agent_replies,
    first_reply_business_ms,
    resolution_ms,
    resolution_business_ms
from tickets
where created_at <= $as_of and is_deleted is not true and status <> 'deleted'
