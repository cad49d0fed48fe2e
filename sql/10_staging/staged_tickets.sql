-- model: staged_tickets
-- grain: one row per ticket
-- key: ticket_key
-- inputs: tickets
-- params: as_of
-- per: person
-- stored: view
--
-- A ticket as of as_of: what happened later has not happened. A merged ticket keeps its link; its
-- history belongs to the ticket it went into.
select
    ticket_key,
    source,
    created_at,
    case when first_reply_at <= $as_of then first_reply_at end as first_reply_at,
    case when solved_at <= $as_of then solved_at end as solved_at,
    case when closed_at <= $as_of then closed_at end as closed_at,
    closed_by,
    status,
    channel,
    opened_by,
    queue,
    coalesce(contact_reason, contact_reason_2) as reason_raw,
    first_reply_ms,
    followup_of_key,
    merged_into_key,
    call_keys,
    coalesce(is_test, false) as is_test
from tickets
where
    created_at <= $as_of
    and is_deleted is not true
    and status <> 'deleted'
