-- model: ticket_timeline
-- grain: one row per message or change, on its ticket, conversation or call
-- key: item_key
-- inputs: staged_messages, staged_ticket_history, staged_tickets, unit_persons
-- per: person
-- stored: view
--
-- Everything that happens inside a ticket or conversation in one order, with what stood before it:
-- the status, the queue, and who wrote last in public. An automatic acknowledgement is no word of
-- ours. Chasers, answers, handoffs and reopens are read off these columns.
with items as (
    select
        m.message_key as item_key,
        m.unit_key,
        m.ticket_key is not null as is_ticket,
        m.source,
        m.occurred_at,
        0 as seq,
        case when m.direction = 'in' then 'message_in' else 'message_out' end as item,
        m.actor,
        m.channel,
        case
            when m.is_public and (m.direction = 'in' or m.actor = 'agent') then m.direction
        end as public_direction,
        null as status,
        null as queue,
        null as old_value,
        m.reason_raw,
        m.is_test
    from staged_messages as m
    union all
    select
        h.event_key,
        h.ticket_key,
        true,
        h.source,
        h.occurred_at,
        1 + h.event_seq,
        h.field,
        coalesce(h.actor_type, 'system'),
        null,
        null,
        case when h.field = 'status' then h.new_value end,
        case when h.field = 'queue' then h.new_value end,
        h.old_value,
        null,
        false
    from staged_ticket_history as h
),

ordered as (
    select
        *,
        last_value(status ignore nulls) over (
            in_order rows between unbounded preceding and 1 preceding
        ) as status_before,
        last_value(coalesce(queue, case when item = 'queue' then old_value end) ignore nulls) over (
            in_order rows between unbounded preceding and 1 preceding
        ) as queue_before,
        last_value(public_direction ignore nulls) over (
            in_order rows between unbounded preceding and 1 preceding
        ) as public_direction_before,
        count(case when item = 'message_in' then 1 end) over (
            in_order rows between unbounded preceding and current row
        ) as messages_in,
        lag(occurred_at) over in_order as prev_occurred_at,
        row_number() over in_order as timeline_no
    from items
    window in_order as (partition by unit_key order by occurred_at, seq, item_key)
)

select
    o.item_key,
    o.unit_key,
    coalesce(n.person_key, o.unit_key) as person_key,
    o.is_ticket,
    o.source,
    o.occurred_at,
    o.seq,
    o.item,
    o.messages_in,
    o.prev_occurred_at,
    o.timeline_no,
    o.actor,
    o.channel,
    o.public_direction,
    o.status,
    o.queue,
    coalesce(o.status_before, case when o.item = 'status' then o.old_value end) as status_before,
    case when o.item = 'queue' then coalesce(o.old_value, o.queue_before) end as queue_before,
    o.public_direction_before,
    o.reason_raw,
    o.is_test,
    t.created_at as ticket_created_at,
    t.channel as ticket_channel,
    t.opened_by as ticket_opened_by,
    t.queue as ticket_queue
from ordered as o
left join staged_tickets as t on o.unit_key = t.ticket_key
left join unit_persons as n on o.unit_key = n.unit_key
