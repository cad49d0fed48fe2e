-- model: legs
-- grain: one row per leg of a call
-- key: leg_key
-- inputs: staged_calls, call_spans, forwarded_calls
-- per: person
--
-- Legs in their order within the contact, a forwarded call's legs behind those of the first. The
-- previous queue and agent are stored once here; transfers and ping-pong read them.
with placed as (
    select
        l.leg_key,
        l.call_key,
        coalesce(f.head_key, l.call_key) as contact_key,
        c.person_key,
        l.source,
        coalesce(l.leg_seq, 0) as leg_seq,
        l.leg_kind,
        l.direction,
        l.channel,
        l.started_at,
        l.ended_at,
        l.queue,
        l.queue_wait_ms,
        l.talk_ms,
        l.hold_ms,
        l.wrap_ms,
        l.agent_key,
        l.outcome,
        l.outcome = 'transferred_out' or l.transfer_kind is not null as is_transferred,
        l.transfer_kind,
        l.reason_raw,
        l.is_test
    from staged_calls as l
    inner join call_spans as c on l.call_key = c.call_key
    left join forwarded_calls as f on l.call_key = f.call_key
)

select
    *,
    row_number() over in_contact as leg_no,
    lead(leg_key) over in_contact as next_leg_key,
    lead(queue) over in_contact as next_queue,
    lead(agent_key) over in_contact as next_agent_key,
    lead(queue_wait_ms) over in_contact as next_queue_wait_ms,
    lag(queue) over in_contact as prev_queue,
    lag(agent_key) over in_contact as prev_agent_key,
    lag(is_transferred) over in_contact as prev_is_transferred
from placed
window in_contact as (partition by contact_key order by started_at, leg_seq, leg_key)
