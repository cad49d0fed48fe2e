-- into: contacts_found
-- grain: one row per contact that is a chat, or a customer's message inside a ticket
-- key: contact_key
-- inputs: ticket_items, legs
-- per: person
--
-- Only contacts that no call or ticket stands for already: a chat without a ticket, and messages
-- that chase, answer or return.
with calls as (
    select distinct contact_key from legs
),

started as (
    select
        starts_contact_key as contact_key,
        min(unit_key) as unit_key,
        min(person_key) as person_key,
        bool_or(is_ticket) as is_message,
        min(source) as source,
        arg_min(channel, timeline_no) as channel,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        min(ticket_queue) as queue,
        min(message_role) as message_role,
        arg_min(reason_raw, timeline_no) filter (where reason_raw is not null) as reason_raw,
        bool_or(is_test) as is_test
    from ticket_items
    where starts_contact_key = item_key or (starts_contact_key is not null and not is_ticket)
    group by starts_contact_key
),

answered as (
    select distinct contact_key
    from ticket_items
    where item = 'message_out' and actor = 'agent'
)

select
    s.contact_key,
    s.unit_key,
    s.person_key,
    case when s.is_message then 'message' else 'chat' end as contact_kind,
    s.source,
    s.channel,
    'inbound' as direction,
    s.started_at,
    s.ended_at,
    s.queue,
    null::bigint as wait_ms,
    null::bigint as talk_ms,
    null::bigint as hold_ms,
    null::bigint as wrap_ms,
    null::integer as legs,
    null::integer as transfers,
    a.contact_key is not null as is_handled,
    false as is_abandoned,
    s.message_role,
    s.reason_raw,
    case when s.is_test then 'test' end as excluded_rule
from started as s
left join calls as c on s.contact_key = c.contact_key
left join answered as a on s.contact_key = a.contact_key
where c.contact_key is null
