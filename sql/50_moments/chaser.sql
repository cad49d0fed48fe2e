-- into: moments
-- grain: one row per message of a customer in an open ticket while we owe the next step
-- key: kind, anchor_key
-- inputs: contact_order
-- per: person
--
-- Someone waits, and asks again, however long after. Within the repeat window it is part of a
-- repeat contact.
select
    'chaser' as kind,
    null::varchar as variant,
    contact_key as anchor_key,
    person_key,
    journey_key,
    contact_key,
    started_at as occurred_at,
    null::bigint as lost_ms,
    false as is_elapsed,
    channel,
    queue,
    'observed' as evidence_class
from contact_order
where message_role = 'chaser'
