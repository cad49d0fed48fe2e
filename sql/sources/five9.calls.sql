-- adapter: five9
-- table: calls
-- grain: one row per leg: a call that is transferred has several rows of one CALL ID
-- unit: call_id
-- inputs: records
-- stream: records format=csv
-- times: %m/%d/%Y %H:%M:%S
-- units: queue_wait_ms hh:mm:ss, ring_ms hh:mm:ss, talk_ms hh:mm:ss, hold_ms hh:mm:ss
-- units: wrap_ms hh:mm:ss, ivr_ms hh:mm:ss
-- optional: records."CUSTOMER ID", records."HOLDS", records."IVR TIME", records."RING TIME"
--
-- The Call Log report. Its rows have no id and no time of change, so a leg is named by call, start
-- and agent: a row that is delivered again, corrected, replaces the earlier one by the date of its
-- file. TIMESTAMP is the domain's wall clock: declare the source's timezone.
-- Not verified: the titles of custom reports (these are the names the API gives, in capitals), the
-- spelling of TIMESTAMP (it follows the domain's locale), that each row of a transferred call
-- carries its own start. CUSTOMER ID is a call variable of this account: rename it to yours.
-- ABANDONED and TRANSFERS come without times; who a call went to is the next row of the CALL ID.
-- Dispositions that Five9 sets itself say how a call ended, not what it was about: they are NULL
-- here, so that such a call can take its reason from the customer's next contact. CALL TIME
-- includes IVR and queue.
with legs as (
    select
        r.record_key,
        r."CALL ID" as call_id,
        r."TIMESTAMP" as started_at,
        try_strptime(r."TIMESTAMP", '%m/%d/%Y %H:%M:%S')
        + try_cast(r."CALL TIME" as interval) as ends,
        lower(r."CALL TYPE") as call_type,
        r."SKILL" as skill,
        case when r."AGENT" not in ('[None]', 'None', '[Deleted]') then r."AGENT" end as agent,
        r."DISPOSITION" as disposition,
        r."ANI" as ani,
        r."DNIS" as dnis,
        r."CUSTOMER ID" as customer_id,
        r."IVR TIME" as ivr_time,
        r."QUEUE WAIT TIME" as queue_wait_time,
        r."RING TIME" as ring_time,
        r."TALK TIME" as talk_time,
        r."HOLD TIME" as hold_time,
        r."AFTER CALL WORK TIME" as after_call_work_time,
        r."HOLDS" as holds,
        coalesce(try_cast(r."TRANSFERS" as integer), 0) > 0 as is_transferred,
        coalesce(r."ABANDONED" in ('1', 'true'), false) as is_abandoned
    from records as r
)

select
    l.record_key,
    l.call_id || '/' || coalesce(l.started_at, '') || '/' || coalesce(l.agent, '') as leg_id,
    l.call_id,
    case
        when l.call_type like '%voicemail%' then 'voicemail'
        when l.call_type like '3rd party%' then 'external'
        when l.agent is not null then 'agent'
        when l.skill is not null then 'queue'
        else 'ivr'
    end as leg_kind,
    case
        when l.call_type like 'internal%' then 'internal'
        when l.call_type like 'inbound%' or l.call_type like '3rd party%' then 'inbound'
        else 'outbound'
    end as direction,
    'voice' as channel,
    l.call_type as channel_raw,
    l.started_at,
    strftime(l.ends, '%m/%d/%Y %H:%M:%S') as ended_at,
    l.skill as queue,
    case when l.skill is not null then l.queue_wait_time end as queue_wait_ms,
    l.ring_time as ring_ms,
    case when l.agent is not null then l.talk_time end as talk_ms,
    case when l.agent is not null then l.hold_time end as hold_ms,
    l.holds,
    case when l.agent is not null then l.after_call_work_time end as wrap_ms,
    l.ivr_time as ivr_ms,
    l.agent as agent_id,
    l.agent is not null as agent_answered,
    case
        when l.call_type like '%voicemail%' then 'voicemail'
        when l.agent is not null and l.is_transferred then 'transferred_out'
        when l.agent is not null then 'answered'
        when l.disposition like 'Queue Callback%' then 'callback_requested'
        when l.is_abandoned and l.skill is not null then 'abandoned_queue'
        when l.skill is null then 'abandoned_ivr'
        else 'unknown'
    end as outcome,
    case
        when l.disposition not in (
            'Abandon', 'Caller Disconnected', 'No Disposition', 'Not Set', 'Sent To Voicemail',
            'Transferred To 3rd Party', 'Queue Callback Assigned', 'Queue Callback Timeout',
            'No Answer', 'Busy', 'Dial Error', 'System Error', 'Agent Error', 'Operator Intercept'
        )
            then l.disposition
    end as disposition,
    l.dnis as called_number,
    l.customer_id as external_id,
    case when l.call_type like 'inbound%' or l.call_type like '3rd party%' then l.ani else l.dnis end as phone,
    l.call_type = 'test' as is_test
from legs as l
