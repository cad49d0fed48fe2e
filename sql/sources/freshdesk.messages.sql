-- adapter: freshdesk
-- table: messages
-- grain: one row per conversation entry of a ticket
-- unit: ticket_id
-- inputs: conversations, tickets
-- stream: conversations format=pages
-- stream: tickets format=pages
-- optional: conversations."updated_at", conversations."body_text"
--
-- Conversations of the API: replies and notes. incoming tells the customer's; private are notes.
-- The first message is the ticket's description and no entry. A reply goes out by the ticket's
-- channel.
with latest_tickets as (
    select
        t.id,
        arg_max(t.source, coalesce(t.updated_at, '') || t.row_id) as source,
        arg_max(t.requester_id, coalesce(t.updated_at, '') || t.row_id) as requester_id
    from tickets as t
    group by t.id
)

select
    c.record_key,
    c.id as message_id,
    c.created_at as occurred_at,
    c.ticket_id,
    case t.source
        when '1' then 'email'
        when '2' then 'web_form'
        when '3' then 'voice'
        when '5' then 'social'
        when '6' then 'social'
        when '7' then 'chat'
        when '9' then 'web_form'
        when '10' then 'email'
        when '13' then 'message'
        else 'other'
    end as channel,
    case when c.incoming = 'true' then 'in' else 'out' end as direction,
    case when c.incoming = 'true' then 'customer' else 'agent' end as actor,
    case when c.incoming = 'true' then null else c.user_id end as actor_id,
    c.private is distinct from 'true' as is_public,
    c.body_text as text,
    case when c.incoming = 'true' then coalesce(t.requester_id, c.user_id) end as customer_ref,
    c.updated_at
from conversations as c
left join latest_tickets as t on c.ticket_id = t.id
