-- into: contacts_found
-- grain: one row per contact that is a new ticket
-- key: contact_key
-- inputs: staged_tickets, ticket_calls, person_nodes
-- per: person
--
-- A ticket that is the same interaction as a call is no contact of its own. A ticket that agent or
-- system open of their own accord is kept and counted, but is no request of the customer: adapters
-- of desks where staff type in what callers say give opened_by = customer.
select
    t.ticket_key as contact_key,
    t.ticket_key as unit_key,
    coalesce(n.component, t.ticket_key) as person_key,
    'ticket' as contact_kind,
    t.source,
    t.channel,
    'inbound' as direction,
    t.created_at as started_at,
    t.created_at as ended_at,
    t.queue,
    null::bigint as wait_ms,
    null::bigint as talk_ms,
    null::bigint as hold_ms,
    null::bigint as wrap_ms,
    null::integer as legs,
    null::integer as transfers,
    true as is_handled,
    false as is_abandoned,
    null as message_role,
    t.reason_raw,
    case
        when t.is_test then 'test'
        when t.opened_by = 'system' then 'opened by system'
        when t.opened_by = 'agent' then 'opened by agent'
    end as excluded_rule
from staged_tickets as t
left join ticket_calls as c on t.ticket_key = c.ticket_key
left join person_nodes as n on t.ticket_key = n.node
where c.ticket_key is null
