-- model: staged_calls
-- grain: one row per leg of a call
-- key: leg_key
-- inputs: calls
-- params: as_of
-- per: person
-- stored: view
--
-- What the models may know of a leg: no raw key, nothing after as_of. Supervisors who listen in
-- (monitor) are no part of the customer's journey. Agents are numbers here, only to see whether
-- two legs had the same one.
select
    row_key as leg_key,
    call_key,
    ticket_key,
    source,
    leg_seq,
    leg_kind,
    direction,
    channel,
    started_at,
    case when ended_at <= $as_of then ended_at end as ended_at,
    queue,
    queue_wait_ms,
    ring_ms,
    talk_ms,
    hold_ms,
    wrap_ms,
    (md5_number_lower(agent_id) >> 2)::bigint as agent_key,
    agent_answered,
    outcome,
    transfer_kind,
    ended_by,
    coalesce(contact_reason, disposition) as reason_raw,
    coalesce(is_test, false) as is_test
from calls
where
    started_at <= $as_of
    and leg_kind <> 'monitor'
    and is_deleted is not true
