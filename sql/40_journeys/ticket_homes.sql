-- model: ticket_homes
-- grain: one row per ticket that is a customer's
-- key: ticket_key
-- inputs: staged_tickets, ticket_calls, forwarded_calls, contacts
-- per: person
--
-- The contact, journey and person of each ticket whose contact counts; a ticket written during a
-- call is part of the call's contact.
select
    t.ticket_key,
    c.contact_key,
    c.person_key,
    c.journey_key,
    t.source,
    t.channel,
    t.queue,
    t.created_at,
    t.status,
    t.solved_at,
    t.closed_at
from staged_tickets as t
left join ticket_calls as k on t.ticket_key = k.ticket_key
left join forwarded_calls as f on k.call_key = f.call_key
inner join contacts as c on coalesce(f.head_key, k.call_key, t.ticket_key) = c.contact_key
where c.excluded_rule is null
