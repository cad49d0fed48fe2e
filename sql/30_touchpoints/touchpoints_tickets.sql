-- into: touchpoints_found
-- grain: one row per ticket, at its opening
-- key: touchpoint_key
-- inputs: staged_tickets, ticket_calls, forwarded_calls, unit_persons
-- per: person
-- stored: view
--
-- A ticket that an agent opens during a call is a touchpoint of that call's contact.
select
    t.ticket_key as touchpoint_key,
    t.ticket_key as unit_key,
    coalesce(f.head_key, c.call_key, t.ticket_key) as contact_key,
    coalesce(n.person_key, t.ticket_key) as person_key,
    t.created_at as started_at,
    null::timestamp as ended_at,
    0 as seq,
    t.source,
    'ticket_opened' as kind,
    t.channel,
    t.opened_by as actor,
    case when t.opened_by = 'customer' then 'reach' else 'handle' end as step,
    t.queue,
    null as activity,
    null as reason_raw,
    null as inherited,
    null as stage,
    true as extends_journey
from staged_tickets as t
left join ticket_calls as c on t.ticket_key = c.ticket_key
left join forwarded_calls as f on c.call_key = f.call_key
left join unit_persons as n on t.ticket_key = n.unit_key
