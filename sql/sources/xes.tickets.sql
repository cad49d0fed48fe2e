-- adapter: xes
-- table: tickets
-- grain: one row per case (trace) of an event log
-- unit: ticket_id
-- inputs: records
-- stream: records format=xes
--
-- IEEE 1849 event logs. A case becomes a ticket: born with its first event, worked on until its last. A
-- log says nothing of an end: a case is solved where its last activity says so (closed, resolved,
-- completed, …), else it stays open. Which attributes name the customer, the reason and the channel is
-- the log's own: change the keys in "account".
with account as (
    select
        'customer' as customer_attribute,
        'product' as reason_attribute,
        'channel' as channel_attribute
),

cases as (
    select
        r.case_id,
        list(r.record_key) as record_keys,
        any_value(r.case_attributes) as attributes,
        arg_min(r.time, try_cast(r.time as timestamptz)) as first_time,
        arg_max(r.time, try_cast(r.time as timestamptz)) as last_time,
        arg_max(lower(r.activity), (try_cast(r.time as timestamptz), try_cast(r.event_index as bigint)))
            as last_activity,
        arg_max(r."group", (try_cast(r.time as timestamptz), try_cast(r.event_index as bigint)))
            filter (where r."group" is not null) as queue,
        arg_max(r.resource, (try_cast(r.time as timestamptz), try_cast(r.event_index as bigint)))
            filter (where r.resource is not null) as resource
    from records as r
    group by r.case_id
),

ended as (
    select
        c.*,
        regexp_matches(c.last_activity, 'clos|resolv|solv|complet|finish|done|cancel') as is_ended
    from cases as c
)

select
    e.record_keys,
    e.case_id as ticket_id,
    e.first_time as created_at,
    case when e.is_ended then e.last_time end as solved_at,
    case when e.is_ended then 'last' end as solved_basis,
    case when e.is_ended then 'solved' else 'open' end as status,
    e.last_activity as status_raw,
    case
        when lower(json_extract_string(e.attributes, '/' || a.channel_attribute)) in ('phone', 'voice')
            then 'voice'
        when lower(json_extract_string(e.attributes, '/' || a.channel_attribute)) in ('email', 'mail')
            then 'email'
        else 'other'
    end as channel,
    json_extract_string(e.attributes, '/' || a.channel_attribute) as channel_raw,
    'customer' as opened_by,
    e.queue,
    e.resource as agent_id,
    json_extract_string(e.attributes, '/' || a.reason_attribute) as contact_reason,
    json_extract_string(e.attributes, '/' || a.customer_attribute) as customer_ref,
    e.attributes,
    e.last_time as updated_at
from ended as e
cross join account as a
