-- into: moments
-- grain: one row per message of a customer in an open ticket while we owe the next step
-- key: kind, anchor_key
-- inputs: contact_order
-- params: repeat_window
-- per: person
--
-- A child of repeat contact: someone waits, and asks again.
select
    'chaser' as kind,
    null::varchar as variant,
    contact_key as anchor_key,
    person_key,
    journey_key,
    contact_key,
    started_at as occurred_at,
    null::bigint as lost_ms,
    channel,
    queue,
    'observed' as evidence_class
from contact_order
where message_role = 'chaser' and last_earlier_at >= started_at - $repeat_window
