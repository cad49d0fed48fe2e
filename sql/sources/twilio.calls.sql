-- adapter: twilio
-- table: calls
-- grain: one row per stay of a task in its queues, and one per reservation an agent accepted
-- unit: call_id
-- inputs: events, cloud_events
-- stream: events format=pages records=events
-- stream: cloud_events format=pages
-- ignore: events.not_of_a_task: coalesce("TaskSid", event_data ->> '$.task_sid') is null
-- ignore: cloud_events.not_of_a_task: (data ->> '$.payload.task_sid') is null
-- optional: events."EventType", events."Timestamp", events."TaskSid", events."TaskAttributes"
-- optional: events."TaskQueueName", events."WorkerName", events."ReservationSid"
-- optional: events."event_type", events."event_date", events."event_data"
-- optional: events."TaskCanceledReason", cloud_events."type", cloud_events."data"
--
-- TaskRouter events: callbacks as JSON (one per line), the events resource, or Event Streams. One call of
-- a customer is several Call SIDs and one task per transfer: the call is what TaskAttributes name as
-- conversation or call_sid, else the task. Wait is from entering a queue to the first accepted
-- reservation; a task canceled before any was accepted is abandoned. Events come late and twice.
-- Names of single events and of fields in them are general knowledge; that every event carries
-- TaskAttributes is too, and where it is missing the task's other events are asked.
-- Talk, hold and ring are not in these events: not measured.
with received as (
    select
        r.record_key,
        coalesce(r."EventType", r.event_type) as kind,
        coalesce(
            strftime(make_timestamp(try_cast(r."Timestamp" as bigint) * 1000000), '%Y-%m-%dT%H:%M:%SZ'),
            r."Timestamp",
            r.event_date
        ) as at,
        coalesce(r."TaskSid", r.event_data ->> '$.task_sid') as task_id,
        coalesce(r."TaskAttributes", r.event_data ->> '$.task_attributes') as attributes,
        coalesce(r."TaskQueueName", r.event_data ->> '$.task_queue_name') as queue,
        coalesce(r."WorkerName", r.event_data ->> '$.worker_name') as worker,
        coalesce(r."ReservationSid", r.event_data ->> '$.reservation_sid') as reservation_id
    from events as r
    union all
    select
        c.record_key,
        replace(c.type, 'com.twilio.taskrouter.', '') as kind,
        (c.data ->> '$.timestamp') as at,
        (c.data ->> '$.payload.task_sid') as task_id,
        (c.data ->> '$.payload.task_attributes') as attributes,
        (c.data ->> '$.payload.task_queue_name') as queue,
        (c.data ->> '$.payload.worker_name') as worker,
        (c.data ->> '$.payload.reservation_sid') as reservation_id
    from cloud_events as c
),

tasks as (
    select
        r.task_id,
        list(r.record_key) as record_keys,
        min(case when json_valid(r.attributes) then r.attributes end) as attributes,
        min(r.at) as first_seen,
        min(r.at) filter (where r.kind = 'task-queue.entered') as entered,
        min(r.at) filter (where r.kind = 'reservation.accepted') as accepted,
        min(r.at) filter (where r.kind in ('task.canceled', 'task.deleted')) as canceled,
        arg_min(r.queue, r.at) filter (where r.queue is not null) as queue
    from received as r
    group by r.task_id
),

named as (
    select
        t.*,
        coalesce(
            t.attributes ->> '$.conversations.conversation_id', t.attributes ->> '$.call_sid', t.task_id
        ) as call_id,
        coalesce(t.attributes ->> '$.from', t.attributes ->> '$.caller') as caller,
        (t.attributes ->> '$.to') as called,
        (t.attributes ->> '$.direction') as direction_raw,
        coalesce(t.attributes ->> '$.channelType', t.attributes ->> '$.channel', 'voice')
            as channel_raw
    from tasks as t
),

reservations as (
    select
        r.task_id,
        r.reservation_id,
        list(r.record_key) as record_keys,
        min(r.at) filter (where r.kind = 'reservation.accepted') as accepted,
        min(r.at) filter (where r.kind in ('reservation.wrapup', 'reservation.completed')) as ended,
        min(r.at) filter (where r.kind = 'reservation.completed') as completed,
        max(r.worker) as worker,
        max(r.queue) as queue
    from received as r
    where r.reservation_id is not null
    group by r.task_id, r.reservation_id
),

legs as (
    select
        n.record_keys,
        n.task_id || '/queue' as leg_id,
        n.task_id,
        'queue' as leg_kind,
        coalesce(n.entered, n.first_seen) as started_at,
        coalesce(n.accepted, n.canceled) as ended_at,
        n.queue,
        null as worker,
        case
            when n.accepted is not null then 'answered'
            when n.canceled is not null then 'abandoned_queue'
            else 'unknown'
        end as outcome
    from named as n
    union all
    select
        r.record_keys,
        r.reservation_id as leg_id,
        r.task_id,
        'agent' as leg_kind,
        r.accepted as started_at,
        r.ended as ended_at,
        r.queue,
        r.worker,
        'answered' as outcome
    from reservations as r
    where r.accepted is not null
)

select
    l.record_keys,
    l.leg_id,
    n.call_id,
    l.leg_kind,
    case when n.direction_raw = 'outbound' then 'outbound' else 'inbound' end as direction,
    case
        when n.channel_raw in ('voice', 'sms', 'email', 'chat') then n.channel_raw
        when n.channel_raw = 'web' then 'chat'
        when n.channel_raw in ('whatsapp', 'messenger') then 'message'
        else 'other'
    end as channel,
    n.channel_raw,
    l.started_at,
    l.ended_at,
    l.queue,
    case when l.leg_kind = 'queue' then l.started_at end as enqueued_at,
    case when l.leg_kind = 'queue' then l.ended_at end as dequeued_at,
    case
        when l.leg_kind = 'queue'
            then epoch_ms(try_cast(l.ended_at as timestamp)) - epoch_ms(try_cast(l.started_at as timestamp))
    end as queue_wait_ms,
    l.worker as agent_id,
    l.leg_kind = 'agent' as agent_answered,
    l.outcome,
    case when l.outcome = 'abandoned_queue' then 'customer' end as ended_by,
    n.called as called_number,
    regexp_replace(n.caller, '^[a-z]+:', '') as phone
from legs as l
left join named as n on l.task_id = n.task_id
