-- into: contacts_found
-- grain: one row per contact that is a chat, or a customer's message inside a ticket
-- key: contact_key
-- inputs: ticket_items, legs
-- per: person
--
-- Only contacts that no call or ticket stands for already: conversations without a ticket, and
-- messages that chase, answer or return.
with calls as (
    select distinct contact_key from legs
),

spans as (
    select
        contact_key,
        min(unit_key) as unit_key,
        min(person_key) as person_key,
        bool_or(is_ticket) as is_in_ticket,
        bool_or(item = 'message_in' and channel = 'chat') as is_chat,
        min(source) as source,
        arg_min(channel, timeline_no) filter (where starts_contact_key is not null) as channel,
        min(occurred_at) filter (where starts_contact_key is not null) as started_at,
        max(occurred_at) filter (where item in ('message_in', 'message_out')) as ended_at,
        min(ticket_queue) as queue,
        min(message_role) as message_role,
        bool_or(item = 'message_out' and actor = 'agent') as is_handled,
        arg_min(reason_raw, timeline_no) filter (where reason_raw is not null) as reason_raw,
        bool_or(is_test) as is_test,
        bool_or(starts_contact_key = item_key) as starts_here
    from ticket_items
    group by contact_key
)

select
    s.contact_key,
    s.unit_key,
    s.person_key,
    case when s.is_in_ticket or not s.is_chat then 'message' else 'chat' end as contact_kind,
    s.source,
    s.channel,
    'inbound' as direction,
    s.started_at,
    case when s.is_in_ticket then s.started_at else s.ended_at end as ended_at,
    s.queue,
    null::bigint as wait_ms,
    null::bigint as talk_ms,
    null::bigint as hold_ms,
    null::bigint as wrap_ms,
    null::integer as legs,
    null::integer as transfers,
    s.is_handled,
    false as is_abandoned,
    s.message_role,
    s.reason_raw,
    case when s.is_test then 'test' end as excluded_rule
from spans as s
left join calls as c on s.contact_key = c.contact_key
where
    c.contact_key is null
    and s.started_at is not null
    and (s.starts_here or not s.is_in_ticket)
