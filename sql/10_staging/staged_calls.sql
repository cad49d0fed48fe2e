-- model: staged_calls
-- grain: one row per leg of a call
-- key: leg_key
-- inputs: calls
-- params: as_of, short_abandon_ms
-- per: person
-- stored: view
--
-- What the models may know of a leg: no raw key, nothing after as_of. Supervisors who listen in
-- (monitor) are no part of the customer's journey. Agents are numbers here, only to see whether
-- two legs had the same one. Answered and given up are decided here, once: a hang-up within the
-- first seconds is a misdial, and one in the IVR never met a queue.
select
    row_key as leg_key,
    call_key,
    source,
    leg_seq,
    leg_kind,
    direction,
    channel,
    started_at,
    case when ended_at <= $as_of then ended_at end as ended_at,
    queue,
    queue_wait_ms,
    talk_ms,
    hold_ms,
    wrap_ms,
    (md5_number_lower(agent_id) >> 2)::bigint as agent_key,
    coalesce(
        agent_answered,
        leg_kind in ('agent', 'callback') and outcome in ('answered', 'transferred_out')
    ) as is_answered,
    outcome = 'abandoned_hold'
    or (
        outcome = 'abandoned_queue'
        and (queue_wait_ms is null or queue_wait_ms > $short_abandon_ms)
    ) as is_abandoned,
    outcome,
    outcome = 'transferred_out' or transfer_kind is not null as is_transferred,
    transfer_kind,
    coalesce(contact_reason, disposition) as reason_raw,
    coalesce(is_test, false) as is_test
from calls
where
    started_at <= $as_of
    and leg_kind <> 'monitor'
    and is_deleted is not true
