-- adapter: asterisk
-- table: calls
-- grain: one row per leg: a stay in a queue, and the talk with an agent that follows it
-- unit: call_id
-- inputs: queue_log, cdr
-- stream: queue_log format=csv delimiter=| header=false columns=epoch,callid,queue,agent,event,data1,data2,data3,data4,data5,data6
-- stream: cdr format=csv
-- times: epoch_s
-- units: queue_wait_ms s, talk_ms s, ivr_ms s, ring_ms s
-- ignore: queue_log.server: coalesce(callid, 'NONE') in ('NONE', 'REALTIME', 'MANAGER')
-- ignore: queue_log.agents_at_work: event in ('ADDMEMBER', 'REMOVEMEMBER', 'PAUSE', 'UNPAUSE', 'PAUSEALL', 'UNPAUSEALL', 'PENALTY', 'AGENTLOGIN', 'AGENTLOGOFF', 'AGENTCALLBACKLOGIN', 'AGENTCALLBACKLOGOFF')
-- optional: cdr."linkedid", cdr."did"
--
-- The queue_log file as Asterisk and FreePBX write it: no header, fields between bars, seconds from
-- 1970 in UTC. Fields behind the event mean something else for each event: the wait is data1 of
-- CONNECT, data3 of ABANDON, data4 of EXITWITHKEY. Lines of older versions have fewer fields.
-- A stay begins with ENTERQUEUE (a call that comes back to a queue has a second one) and ends with
-- CONNECT, ABANDON or EXIT*; what follows CONNECT is the agent's leg. A log that is cut off leaves
-- the last legs without an end, and they stay open.
-- "holdtime" is the wait in the queue in seconds and no hold: Asterisk logs no holds, so hold_ms is
-- not measured. Only RINGNOANSWER counts in ms: a phone that rang in vain while the caller heard
-- music, no leg of the customer's; it is counted in the stay's attributes.
-- A callid begins with the second in which the channel came up: what lies between it and
-- ENTERQUEUE is the menu. Transfers by SIP re-INVITE are not logged.
-- The CDR (of FreePBX's database, exported with its header) is looked up for the root of a chain
-- (linkedid) and the number that was called. Calls that meet no queue are not read from it.
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
        q.queue,
        q.event,
        try_cast(q.epoch as bigint) as epoch,
        nullif(q.agent, 'NONE') as agent,
        q.data1,
        q.data2,
        case
            when q.event = 'CONNECT' or q.event like 'COMPLETE%' then try_cast(q.data1 as bigint)
            when q.event = 'EXITWITHKEY' then try_cast(q.data4 as bigint)
            when q.event in ('ABANDON', 'EXITWITHTIMEOUT', 'EXITEMPTY') or q.event like '%TRANSFER'
                then try_cast(q.data3 as bigint)
        end as waited,
        case
            when q.event like 'COMPLETE%' then try_cast(q.data2 as bigint)
            when q.event like '%TRANSFER' then try_cast(q.data4 as bigint)
        end as talked,
        case when q.event = 'CONNECT' then try_cast(q.data3 as bigint) end as rang,
        coalesce(h.linkedid, q.callid) as call_id,
        h.did,
        count(*) filter (where q.event = 'ENTERQUEUE') over (
            partition by q.callid
            -- A file is in order; of two, the later one goes on.
            order by try_cast(q.epoch as bigint), q.extract_date, q.record_key & 4294967295, q.row_id
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
        min(e.queue) filter (where e.queue <> 'NONE') as queue,
        coalesce(min(e.did), min(e.data1) filter (where e.event = 'DID')) as did,
        min(e.data2) filter (where e.event = 'ENTERQUEUE') as caller,
        -- Where the log begins in the middle of a call, the wait it tells leads back.
        coalesce(
            min(e.epoch) filter (where e.event = 'ENTERQUEUE'),
            min(e.epoch - e.waited) filter (where e.event in ('CONNECT', 'ABANDON')),
            min(e.epoch)
        ) as entered,
        min(e.epoch) filter (where e.event = 'CONNECT') as connected,
        min(e.epoch) filter (where e.event = 'ABANDON' or e.event like 'EXIT%') as given_up,
        min(e.event) filter (where e.event = 'ABANDON' or e.event like 'EXIT%') as exit,
        min(e.waited) filter (
            where e.event in ('CONNECT', 'ABANDON') or e.event like 'EXIT%'
        ) as waited,
        min(e.rang) as rang,
        count(*) filter (where e.event = 'RINGNOANSWER') as rings_in_vain,
        min(e.agent) filter (where e.event = 'CONNECT') as agent,
        min(e.epoch) filter (
            where e.event like 'COMPLETE%' or e.event like '%TRANSFER'
        ) as completed,
        min(e.event) filter (where e.event like 'COMPLETE%' or e.event like '%TRANSFER') as ending,
        min(e.data1) filter (where e.event in ('TRANSFER', 'BLINDTRANSFER')) as transferred_to,
        min(e.talked) as talked
    from events as e
    group by e.callid, e.call_id, e.stay
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
    case
        when s.stay = 1 and s.entered - floor(try_cast(s.callid as double)) between 0 and 3600
            then s.entered - floor(try_cast(s.callid as double))
    end as ivr_ms,
    null as agent_id,
    null as agent_answered,
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
    case
        when s.connected is not null then null
        when s.exit = 'ABANDON' then 'customer'
        when s.exit is not null then 'system'
    end as ended_by,
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
    s.rang as ring_ms,
    s.talked as talk_ms,
    null as ivr_ms,
    s.agent as agent_id,
    true as agent_answered,
    case when s.ending like '%TRANSFER' then 'transferred_out' else 'answered' end as outcome,
    case s.ending
        when 'ATTENDEDTRANSFER' then 'attended'
        when 'BLINDTRANSFER' then 'blind'
        when 'TRANSFER' then 'blind'
    end as transfer_kind,
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
