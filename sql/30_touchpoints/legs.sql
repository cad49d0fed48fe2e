-- model: legs
-- grain: one row per leg of a call
-- key: leg_key
-- inputs: staged_calls, call_spans, forwarded_calls
-- per: person
--
-- Legs in their order within the contact, a forwarded call's legs behind those of the first.
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
        l.is_answered,
        l.is_abandoned,
        l.is_transferred,
        l.transfer_kind,
        l.reason_raw,
        l.is_test
    from staged_calls as l
    inner join call_spans as c on l.call_key = c.call_key
    left join forwarded_calls as f on l.call_key = f.call_key
)

select
    *,
    row_number() over (partition by contact_key order by started_at, leg_seq, leg_key) as leg_no
from placed
