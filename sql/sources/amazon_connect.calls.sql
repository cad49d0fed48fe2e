-- adapter: amazon_connect
-- table: calls
-- grain: one row per contact record, and one more for a third party it was passed to
-- unit: call_id
-- inputs: records
-- stream: records format=pages
-- units: queue_wait_ms s, talk_ms s, hold_ms s, max_hold_ms s, wrap_ms s
-- optional: records."AgentConnectionAttempts", records."TransferCompletedTimestamp"
-- optional: records."TransferredToEndpoint", records."SystemEndpoint", records."Attributes"
-- optional: records."DisconnectReason", records."Agent", records."CustomerEndpoint"
-- optional: records."Queue", records."PreviousContactId", records."InitialContactId"
--
-- Contact records (CTR) as Kinesis or Firehose writes them, with or without line breaks between them,
-- all times UTC, durations in whole seconds. Records come at least once: the
-- newest LastUpdateTimestamp of a ContactId wins. A transfer makes a new record that names the one
-- before it; the first record of a chain has no InitialContactId. A call passed outside stays in
-- its record: the agent leaves at TransferCompletedTimestamp, the customer goes on talking to the
-- third party, and that leg is made here.
-- AgentInteractionDuration excludes hold. DisconnectReason is null on many records. Records of
-- listening supervisors (MONITOR) keep their kind, the models leave them out. A post-call flow
-- (DISCONNECT) is an ivr leg of the same call, not a new contact.
-- Attribute names are the account's own ("reason", "customerId", "email" here): change them to
-- yours. Keys that differ only in case occur, so Attributes stays JSON text.
with contacts as (
    select
        r.record_key,
        r."ContactId" as contact_id,
        coalesce(r."InitialContactId", r."ContactId") as call_id,
        r."PreviousContactId" as previous_id,
        r."Channel" as channel_raw,
        r."InitiationMethod" as method,
        r."InitiationTimestamp" as initiated_at,
        r."DisconnectTimestamp" as disconnected_at,
        r."DisconnectReason" as disconnect_reason,
        r."LastUpdateTimestamp" as updated_at,
        r."TransferCompletedTimestamp" as passed_on_at,
        (r."TransferredToEndpoint" ->> '$.Address') as passed_on_to,
        (r."Queue" ->> '$.Name') as queue,
        (r."Queue" ->> '$.EnqueueTimestamp') as enqueued_at,
        (r."Queue" ->> '$.DequeueTimestamp') as dequeued_at,
        (r."Queue" ->> '$.Duration') as queue_seconds,
        (r."Agent" ->> '$.Username') as agent,
        (r."Agent" ->> '$.AgentInteractionDuration') as talk_seconds,
        (r."Agent" ->> '$.CustomerHoldDuration') as hold_seconds,
        (r."Agent" ->> '$.LongestHoldDuration') as longest_hold_seconds,
        (r."Agent" ->> '$.NumberOfHolds') as holds,
        (r."Agent" ->> '$.AfterContactWorkDuration') as wrap_seconds,
        (r."CustomerEndpoint" ->> '$.Address') as customer_address,
        (r."CustomerEndpoint" ->> '$.Type') as customer_address_type,
        (r."SystemEndpoint" ->> '$.Address') as called_number,
        r."Attributes" as attributes
    from records as r
),

successors as (
    select
        n."PreviousContactId" as contact_id,
        bool_or(n."InitiationMethod" = 'TRANSFER') as by_agent,
        bool_or(n."InitiationMethod" = 'QUEUE_TRANSFER') as by_flow,
        bool_or(n."InitiationMethod" = 'CALLBACK') as by_callback
    from records as n
    where n."PreviousContactId" is not null
    group by n."PreviousContactId"
),

roots as (
    select
        f."ContactId" as contact_id,
        bool_or(f."InitiationMethod" in ('OUTBOUND', 'EXTERNAL_OUTBOUND')) as is_outbound
    from records as f
    where f."InitialContactId" is null and f."ContactId" is not null
    group by f."ContactId"
),

legs as (
    select
        c.*,
        c.passed_on_at is not null as is_passed_on,
        coalesce(s.by_agent, false) as by_agent,
        coalesce(s.by_flow, false) as by_flow,
        coalesce(s.by_callback, false) as by_callback,
        case
            when c.method = 'MONITOR' then 'internal'
            when c.method in ('OUTBOUND', 'EXTERNAL_OUTBOUND', 'CALLBACK') then 'outbound'
            when c.method in ('TRANSFER', 'QUEUE_TRANSFER', 'DISCONNECT') and o.is_outbound
                then 'outbound'
            else 'inbound'
        end as direction,
        case c.channel_raw
            when 'VOICE' then 'voice'
            when 'CHAT' then 'chat'
            when 'EMAIL' then 'email'
            else 'other'
        end as channel,
        case c.disconnect_reason
            when 'CUSTOMER_DISCONNECT' then 'customer'
            when 'AGENT_DISCONNECT' then 'agent'
            when 'THIRD_PARTY_DISCONNECT' then 'third_party'
            when 'TELECOM_PROBLEM' then 'network'
            when 'CONTACT_FLOW_DISCONNECT' then 'system'
            when 'EXPIRED' then 'system'
            when 'BARGED' then 'system'
            when 'API' then 'system'
        end as ended_by
    from contacts as c
    left join successors as s on c.contact_id = s.contact_id
    left join roots as o on c.call_id = o.contact_id
)

select
    l.record_key,
    l.contact_id as leg_id,
    l.call_id,
    l.previous_id as prev_leg_id,
    case
        when l.method = 'MONITOR' then 'monitor'
        when l.method = 'CALLBACK' then 'callback'
        when l.agent is not null then 'agent'
        when l.queue is not null then 'queue'
        else 'ivr'
    end as leg_kind,
    l.direction,
    l.channel,
    l.channel_raw,
    l.initiated_at as started_at,
    case when l.is_passed_on then l.passed_on_at else l.disconnected_at end as ended_at,
    l.queue,
    l.enqueued_at,
    l.dequeued_at,
    l.queue_seconds as queue_wait_ms,
    l.talk_seconds as talk_ms,
    l.hold_seconds as hold_ms,
    l.holds,
    l.longest_hold_seconds as max_hold_ms,
    l.wrap_seconds as wrap_ms,
    l.agent as agent_id,
    l.agent is not null as agent_answered,
    case
        when l.agent is not null and (l.by_agent or l.by_flow or l.is_passed_on) then 'transferred_out'
        when l.agent is not null then 'answered'
        when l.by_callback then 'callback_requested'
        when l.queue is not null and l.by_flow then 'timed_out'
        when l.queue is not null and l.disconnect_reason = 'CUSTOMER_DISCONNECT' then 'abandoned_queue'
        when l.queue is not null and l.disconnect_reason is null and l.dequeued_at = l.disconnected_at
            then 'abandoned_queue'
        when l.disconnect_reason = 'TELECOM_PROBLEM' then 'failed'
        when l.disconnect_reason = 'EXPIRED' then 'timed_out'
        when l.queue is null and l.disconnect_reason = 'CUSTOMER_DISCONNECT' then 'abandoned_ivr'
        when l.queue is null and l.disconnect_reason = 'CONTACT_FLOW_DISCONNECT' then 'not_offered'
        else 'unknown'
    end as outcome,
    case
        when l.agent is null then null
        when l.is_passed_on then 'external'
        when l.by_flow then 'queue'
    end as transfer_kind,
    l.passed_on_to as transferred_to,
    l.passed_on_at as transferred_at,
    case when not l.is_passed_on then l.ended_by end as ended_by,
    (l.attributes ->> '$.reason') as contact_reason,
    l.called_number,
    (l.attributes ->> '$.customerId') as external_id,
    (l.attributes ->> '$.email') as email,
    case when l.customer_address_type = 'TELEPHONE_NUMBER' then l.customer_address end as phone,
    l.attributes,
    l.updated_at
from legs as l
union all
select
    l.record_key,
    l.contact_id || '/external' as leg_id,
    l.call_id,
    l.contact_id as prev_leg_id,
    'external' as leg_kind,
    l.direction,
    l.channel,
    l.channel_raw,
    l.passed_on_at as started_at,
    l.disconnected_at as ended_at,
    null as queue,
    null as enqueued_at,
    null as dequeued_at,
    null as queue_wait_ms,
    null as talk_ms,
    null as hold_ms,
    null as holds,
    null as max_hold_ms,
    null as wrap_ms,
    null as agent_id,
    null as agent_answered,
    'answered' as outcome,
    null as transfer_kind,
    null as transferred_to,
    null as transferred_at,
    l.ended_by,
    null as contact_reason,
    l.passed_on_to as called_number,
    null as external_id,
    null as email,
    null as phone,
    null as attributes,
    l.updated_at
from legs as l
where l.is_passed_on
