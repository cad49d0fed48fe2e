-- adapter: asterisk
-- table: calls
-- grain: one row per leg: a stay in the queue, an agent's talk, an agent's call to a customer
-- unit: call_id
-- inputs: queue_log, cdr
-- stream: queue_log format=csv
-- stream: cdr format=csv
-- times: epoch_s
-- units: queue_wait_ms s, talk_ms s, ivr_ms s, ring_ms s
-- ignore: queue_log.server: event in ('QUEUESTART', 'CONFIGRELOAD')
-- ignore: queue_log.agents_at_work: event in ('ADDMEMBER', 'REMOVEMEMBER', 'AGENTCALLBACKLOGIN', 'AGENTCALLBACKLOGOFF')
-- ignore: queue_log.agents_calling_colleagues: event like 'OUT%' and length(param1) < 7
--
-- queue_log is a list of events; a leg is made of the events of one callid. A stay begins with
-- ENTERQUEUE (a call that comes back to a queue has a second one) and ends with CONNECT, ABANDON or
-- EXIT*; what follows CONNECT is the agent's leg. A log that is cut off leaves the last legs without
-- an end. date_time counts seconds from 1970 in UTC; uid orders events of one second.
-- htime is the wait in the queue in seconds (on RINGNOANSWER milliseconds), not a hold: Asterisk
-- logs no holds. RINGNOANSWER is a phone that rang in vain while the caller heard music: no leg of
-- the customer's, it is counted in the stay's attributes. A callid is the second in which the
-- channel came up and a number: what lies between it and ENTERQUEUE is the menu.
-- Agents' own calls (OUTDIAL) go to customers or, with short numbers, to colleagues. One call may
-- be dialed several times (OUTCHANUNAVAIL, OUTCONGESTION) before OUTANSWER or OUTCANCEL ends it.
-- The CDR is looked up for the root of a chain (linkedid) and the number that was called; it covers
-- 17 of the 108 queue calls, so it cannot be relied on for callers. NULL is a word there.
with channels as (
    select
        c.uniqueid,
        min(c.linkedid) as linkedid,
        min(nullif(c.did, 'NULL')) as did
    from cdr as c
    group by c.uniqueid
),

events as (
    select
        q.record_key,
        q.callid,
        q.queue_name,
        q.event,
        q.date_time,
        try_cast(q.uid as bigint) as uid,
        case when q.type like 'Agent/%' then q.type end as agent,
        q.param1,
        q.param2,
        try_cast(q.htime as bigint) as htime,
        try_cast(q.ttime as bigint) as ttime,
        coalesce(h.linkedid, q.callid) as call_id,
        h.did,
        count(*) filter (where q.event = 'ENTERQUEUE') over (
            partition by q.callid order by try_cast(q.uid as bigint)
            rows between unbounded preceding and current row
        ) as stay
    from queue_log as q
    left join channels as h on q.callid = h.uniqueid
),

stays as (
    select
        e.callid,
        e.call_id,
        e.stay,
        list(e.record_key) as record_keys,
        min(e.queue_name) as queue,
        min(e.did) as did,
        min(e.param1) filter (where e.event = 'ENTERQUEUE') as caller,
        min(e.date_time) filter (where e.event = 'ENTERQUEUE') as entered,
        min(e.date_time) filter (where e.event = 'CONNECT') as connected,
        min(e.date_time) filter (where e.event = 'ABANDON' or e.event like 'EXIT%') as given_up,
        min(e.event) filter (where e.event = 'ABANDON' or e.event like 'EXIT%') as exit,
        min(e.htime) filter (
            where e.event in ('CONNECT', 'ABANDON') or e.event like 'EXIT%'
        ) as waited,
        count(*) filter (where e.event = 'RINGNOANSWER') as rings_in_vain,
        min(e.agent) filter (where e.event = 'CONNECT') as agent,
        min(e.date_time) filter (
            where e.event like 'COMPLETE%' or e.event like '%TRANSFER'
        ) as completed,
        min(e.event) filter (where e.event like 'COMPLETE%' or e.event like '%TRANSFER') as ending,
        min(e.param2) filter (where e.event like '%TRANSFER') as transferred_to,
        min(e.ttime) filter (where e.event like 'COMPLETE%' or e.event like '%TRANSFER') as talked
    from events as e
    where e.event not like 'OUT%'
    group by e.callid, e.call_id, e.stay
),

outgoing as (
    select
        e.callid,
        e.call_id,
        list(e.record_key) as record_keys,
        min(e.param1) as dialed,
        min(e.agent) as agent,
        min(e.date_time) as dialed_at,
        max(e.date_time) as ended_at,
        bool_or(e.event = 'OUTANSWER') as is_answered,
        bool_or(e.event in ('OUTCHANUNAVAIL', 'OUTCONGESTION')) as is_failed,
        max(e.htime) filter (where e.event in ('OUTANSWER', 'OUTCANCEL')) as rang,
        max(e.ttime) filter (where e.event = 'OUTANSWER') as talked
    from events as e
    where e.event like 'OUT%'
    group by e.callid, e.call_id
)

select
    s.record_keys,
    s.callid || '/' || s.stay || '/queue' as leg_id,
    s.call_id,
    2 * s.stay - 1 as leg_seq,
    'queue' as leg_kind,
    'inbound' as direction,
    'voice' as channel,
    s.entered as started_at,
    coalesce(s.connected, s.given_up) as ended_at,
    s.queue,
    s.entered as enqueued_at,
    coalesce(s.connected, s.given_up) as dequeued_at,
    s.waited as queue_wait_ms,
    null as ring_ms,
    null as talk_ms,
    case when s.stay = 1 then try_cast(s.entered as bigint) - floor(try_cast(s.callid as double)) end
        as ivr_ms,
    null as agent_id,
    case
        when s.connected is not null then 'answered'
        when s.exit = 'ABANDON' then 'abandoned_queue'
        when s.exit = 'EXITWITHTIMEOUT' then 'timed_out'
        when s.exit = 'EXITWITHKEY' then 'exited_key'
        when s.exit = 'EXITEMPTY' then 'not_offered'
        else 'unknown'
    end as outcome,
    null as transfer_kind,
    null as transferred_to,
    null as transferred_at,
    case when s.exit = 'ABANDON' then 'customer' when s.exit is not null then 'system' end
        as ended_by,
    s.did as called_number,
    s.caller as phone,
    json_object('rings_in_vain', s.rings_in_vain) as attributes
from stays as s
union all
select
    s.record_keys,
    s.callid || '/' || s.stay || '/agent' as leg_id,
    s.call_id,
    2 * s.stay as leg_seq,
    'agent' as leg_kind,
    'inbound' as direction,
    'voice' as channel,
    s.connected as started_at,
    s.completed as ended_at,
    s.queue,
    null as enqueued_at,
    null as dequeued_at,
    null as queue_wait_ms,
    null as ring_ms,
    s.talked as talk_ms,
    null as ivr_ms,
    s.agent as agent_id,
    case when s.ending like '%TRANSFER' then 'transferred_out' else 'answered' end as outcome,
    case s.ending when 'ATTENDEDTRANSFER' then 'attended' when 'BLINDTRANSFER' then 'blind' end
        as transfer_kind,
    s.transferred_to,
    case when s.ending like '%TRANSFER' then s.completed end as transferred_at,
    case s.ending
        when 'COMPLETECALLER' then 'customer'
        when 'COMPLETEAGENT' then 'agent'
    end as ended_by,
    s.did as called_number,
    s.caller as phone,
    null as attributes
from stays as s
where s.connected is not null
union all
select
    o.record_keys,
    o.callid || '/out' as leg_id,
    o.call_id,
    1 as leg_seq,
    'agent' as leg_kind,
    'outbound' as direction,
    'voice' as channel,
    o.dialed_at as started_at,
    o.ended_at,
    null as queue,
    null as enqueued_at,
    null as dequeued_at,
    null as queue_wait_ms,
    o.rang as ring_ms,
    o.talked as talk_ms,
    null as ivr_ms,
    o.agent as agent_id,
    case
        when o.is_answered then 'answered'
        when o.rang is not null then 'no_answer'
        when o.is_failed then 'failed'
        else 'unknown'
    end as outcome,
    null as transfer_kind,
    null as transferred_to,
    null as transferred_at,
    null as ended_by,
    null as called_number,
    o.dialed as phone,
    null as attributes
from outgoing as o
