-- model: staged_messages
-- grain: one row per message
-- key: message_key
-- inputs: messages
-- params: as_of
-- per: person
-- stored: view
--
-- A message hangs on its ticket, else on its conversation, else on its call, else stands alone;
-- that is its unit. Its text stays in the state file.
select
    row_key as message_key,
    coalesce(ticket_key, conversation_key, call_key, row_key) as unit_key,
    ticket_key,
    conversation_key,
    call_key,
    source,
    occurred_at,
    channel,
    direction,
    actor,
    coalesce(is_public, true) as is_public,
    contact_reason as reason_raw,
    coalesce(is_test, false) as is_test
from messages
where
    occurred_at <= $as_of
    and is_deleted is not true
