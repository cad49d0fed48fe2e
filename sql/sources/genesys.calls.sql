-- adapter: genesys
-- table: calls
-- grain: one row per session of a participant that the customer met
-- unit: call_id
-- inputs: conversations, queues, users, wrapup_codes
-- stream: conversations format=pages records=conversations
-- stream: queues format=pages records=entities
-- stream: users format=pages records=entities
-- stream: wrapup_codes format=pages records=entities
-- optional: conversations."conversationEnd", conversations."originatingDirection"
--
-- Conversation details (analytics query, async job or Data Actions export): a tree of participants,
-- their sessions, and in each segments and metrics; times in UTC, metrics in ms. Sessions of purpose
-- ivr, acd, agent, external, voicemail, botflow and workflow are legs; the customer's give keys only.
-- disconnectType transfer on an ivr or acd segment is the ordinary hand-off and no transfer; on an
-- agent's it is one. An agent that only was rung (alert without interact) met nobody: no row, the
-- ring is seen in the queue's wait. hold is the sum of hold segments, talk that of the agent's
-- interact segments. Handle time per agent is not the sum of them (wrap-up can be booked to agents
-- who never spoke), so wrap_ms is taken from wrap-up segments of agents that spoke. A queue is
-- abandoned where its session carries tAbandon.
-- queueId, userId and wrapUpCode are ids; deliver queues, users and wrapup_codes to name them. Messaging
-- conversations last for weeks and may not end: a missing end stays open.
-- Not verified: purposes workflow and voicesurveyflow, and what a consult looks like here.
with sessions as (
    select
        c.record_key,
        c."conversationId" as call_id,
        c."originatingDirection" as direction,
        unnest(json_extract(c.participants, '$[*]')) as participant
    from conversations as c
),

members as (
    select
        s.record_key,
        s.call_id,
        s.direction,
        (s.participant ->> '$.participantId') as participant_id,
        (s.participant ->> '$.purpose') as purpose,
        (s.participant ->> '$.userId') as user_id,
        (s.participant ->> '$.externalContactId') as contact_id,
        generate_subscripts(json_extract(s.participant, '$.sessions[*]'), 1) as session_no,
        unnest(json_extract(s.participant, '$.sessions[*]')) as session
    from sessions as s
),

parts as (
    select
        m.*,
        coalesce(m.session ->> '$.sessionId', m.participant_id || '/' || m.session_no, m.call_id
            || '/' || m.purpose || '/' || coalesce(m.user_id, '') || m.session_no) as session_id,
        json_extract(m.session, '$.segments[*]') as segments,
        json_extract_string(m.session, '$.metrics[*].name') as metrics,
        json_extract_string(m.session, '$.metrics[*].value') as metric_values,
        coalesce(m.session ->> '$.ani', m.session ->> '$.addressFrom') as origin,
        coalesce(m.session ->> '$.dnis', m.session ->> '$.addressTo') as target
    from members as m
),

customers as (
    select
        p.call_id,
        min(p.contact_id) as contact_id,
        min(case when p.direction = 'outbound' then p.target else p.origin end) as address,
        min(case when p.direction = 'outbound' then p.origin else p.target end) as entry
    from parts as p
    where p.purpose in ('customer', 'external')
    group by p.call_id
),

pieces as (
    select
        p.record_key,
        p.call_id,
        p.session_id,
        unnest(p.segments) as segment
    from parts as p
),

segments as (
    select
        g.record_key,
        g.call_id,
        g.session_id,
        (g.segment ->> '$.segmentType') as kind,
        (g.segment ->> '$.segmentStart') as starts,
        (g.segment ->> '$.segmentEnd') as ends,
        (g.segment ->> '$.queueId') as queue_id,
        (g.segment ->> '$.disconnectType') as disconnect,
        (g.segment ->> '$.wrapUpCode') as wrap_up_code,
        epoch_ms(try_cast((g.segment ->> '$.segmentEnd') as timestamp))
        - epoch_ms(try_cast((g.segment ->> '$.segmentStart') as timestamp)) as ms
    from pieces as g
),

spans as (
    select
        s.record_key,
        s.call_id,
        s.session_id,
        min(s.starts) as starts,
        min(s.starts) filter (where s.kind = 'interact') as interacts,
        case
            when count(*) filter (where s.ends is null and s.kind <> 'wrapup') = 0
                then max(s.ends) filter (where s.kind <> 'wrapup')
        end as ends,
        sum(s.ms) filter (where s.kind = 'interact')::bigint as interact_ms,
        sum(s.ms) filter (where s.kind = 'hold')::bigint as hold_ms,
        max(s.ms) filter (where s.kind = 'hold') as max_hold_ms,
        count(*) filter (where s.kind = 'hold') as holds,
        sum(s.ms) filter (where s.kind = 'alert')::bigint as ring_ms,
        sum(s.ms) filter (where s.kind = 'wrapup')::bigint as wrap_ms,
        sum(s.ms) filter (where s.kind = 'ivr')::bigint as ivr_ms,
        min(s.queue_id) as queue_id,
        min(s.wrap_up_code) filter (where s.wrap_up_code not like 'ININ-WRAP-UP%') as wrap_up_code,
        arg_max(s.disconnect, s.ends) filter (where s.kind <> 'wrapup') as disconnect,
        bool_or(s.kind in ('monitoring', 'coaching', 'barging')) as is_listening
    from segments as s
    group by s.record_key, s.call_id, s.session_id
),

names as (
    select 'queue' as kind, q.id, arg_max(q.name, q.row_id) as name from queues as q group by q.id
    union all
    select 'code' as kind, w.id, arg_max(w.name, w.row_id) as name from wrapup_codes as w group by w.id
    union all
    select 'user' as kind, u.id, arg_max(u.name, u.row_id) as name from users as u group by u.id
),

met as (
    select
        p.record_key,
        p.call_id,
        p.session_id,
        case when coalesce(p.direction, p.session ->> '$.direction') = 'outbound' then 'outbound'
            else 'inbound' end as direction,
        coalesce(p.session ->> '$.mediaType', 'voice') as media,
        p.purpose,
        p.user_id,
        s.starts,
        s.interacts,
        s.ends,
        s.interact_ms,
        s.hold_ms,
        s.max_hold_ms,
        s.holds,
        s.ring_ms,
        s.wrap_ms,
        s.ivr_ms,
        s.queue_id,
        s.wrap_up_code,
        s.disconnect,
        s.is_listening,
        list_contains(p.metrics, 'tAbandon') as is_abandoned,
        coalesce(list_extract(p.metric_values, list_position(p.metrics, 'tAcd')), s.interact_ms::varchar)
            as acd_ms,
        (p.session ->> '$.flow.transferTargetName') as flow_target,
        -- The customer's own session stands in where nobody else was there.
        case
            when p.purpose in ('ivr', 'acd', 'voicemail', 'botflow', 'workflow', 'external') then 1
            when p.purpose in ('agent', 'user') and (s.interacts is not null or s.is_listening) then 1
            when p.purpose = 'customer' then 2
            else 3
        end as rank
    from parts as p
    left join spans as s on p.record_key = s.record_key and p.session_id = s.session_id
),

legs as (
    select
        m.*,
        max(m.ends) over (partition by m.record_key) as last_seen
    from met as m
    qualify
        m.rank = min(m.rank) over (partition by m.record_key)
        and (m.rank = 1 or row_number() over (partition by m.record_key order by m.session_id) = 1)
)

select
    l.record_key,
    l.session_id as leg_id,
    l.call_id,
    case
        when l.purpose in ('agent', 'user') and l.is_listening then 'monitor'
        when l.purpose in ('agent', 'user') and l.media = 'callback' then 'callback'
        when l.purpose in ('agent', 'user') then 'agent'
        when l.purpose = 'acd' then 'queue'
        when l.purpose = 'botflow' then 'bot'
        when l.purpose in ('external', 'voicemail') then l.purpose
        else 'ivr'
    end as leg_kind,
    l.direction,
    case l.media
        when 'voice' then 'voice'
        when 'callback' then 'voice'
        when 'chat' then 'chat'
        when 'email' then 'email'
        when 'message' then 'message'
        else 'other'
    end as channel,
    l.media as channel_raw,
    coalesce(case when l.purpose in ('agent', 'user') then l.interacts end, l.starts) as started_at,
    l.ends as ended_at,
    case when l.purpose in ('acd', 'agent', 'user') then coalesce(q.name, l.queue_id) end as queue,
    case when l.purpose = 'acd' then l.starts end as enqueued_at,
    case when l.purpose = 'acd' then l.ends end as dequeued_at,
    case when l.purpose = 'acd' then l.acd_ms end as queue_wait_ms,
    case when l.purpose in ('agent', 'user') then l.ring_ms end as ring_ms,
    case when l.purpose in ('agent', 'user') then l.interact_ms end as talk_ms,
    case when l.purpose in ('agent', 'user') then coalesce(l.hold_ms, 0) end as hold_ms,
    case when l.purpose in ('agent', 'user') then l.holds end as holds,
    l.max_hold_ms,
    case when l.purpose in ('agent', 'user') then l.wrap_ms end as wrap_ms,
    case when l.purpose = 'ivr' then l.ivr_ms end as ivr_ms,
    case when l.purpose in ('agent', 'user') then coalesce(u.name, l.user_id) end as agent_id,
    l.purpose in ('agent', 'user') and l.interacts is not null as agent_answered,
    case
        when l.purpose in ('agent', 'user') and l.disconnect in (
            'transfer', 'consultTransfer', 'conferenceTransfer', 'forwardTransfer', 'dndTransfer',
            'noAnswerTransfer', 'notAvailableTransfer'
        )
            then 'transferred_out'
        when l.purpose in ('agent', 'user') then 'answered'
        when l.purpose = 'acd' and coalesce(l.is_abandoned, false) then 'abandoned_queue'
        when l.purpose = 'acd' and l.disconnect = 'timeout' then 'timed_out'
        when l.purpose = 'acd' and l.ends is not null then 'answered'
        when l.purpose = 'voicemail' then 'voicemail'
        when l.purpose = 'external' then 'answered'
        when l.purpose in ('ivr', 'customer') and l.disconnect in ('peer', 'endpoint') and l.rank = 2
            then 'abandoned_ivr'
        when l.purpose = 'ivr' and l.disconnect = 'peer' then 'abandoned_ivr'
        when l.disconnect = 'error' then 'failed'
        else 'unknown'
    end as outcome,
    case
        when l.purpose not in ('agent', 'user') then null
        when l.disconnect in ('consultTransfer', 'conferenceTransfer') then 'attended'
        when l.disconnect in ('transfer', 'forwardTransfer') then 'blind'
    end as transfer_kind,
    case when l.purpose = 'ivr' then l.flow_target end as transferred_to,
    case
        when l.disconnect = 'peer' and l.purpose in ('agent', 'user', 'acd', 'ivr') then 'customer'
        when l.disconnect = 'client' and l.purpose in ('agent', 'user') then 'agent'
        when l.disconnect in ('error', 'transportFailure') then 'network'
        when l.disconnect in ('system', 'timeout', 'inactivity', 'sessionExpired') then 'system'
    end as ended_by,
    coalesce(w.name, l.wrap_up_code) as disposition,
    c.entry as called_number,
    c.contact_id as external_id,
    case when l.media = 'email' then c.address end as email,
    case when l.media <> 'email' then regexp_replace(c.address, '^(tel|sip):', '') end as phone,
    l.last_seen as updated_at
from legs as l
left join customers as c on l.call_id = c.call_id
left join names as q on q.kind = 'queue' and l.queue_id = q.id
left join names as w on w.kind = 'code' and l.wrap_up_code = w.id
left join names as u on u.kind = 'user' and l.user_id = u.id
