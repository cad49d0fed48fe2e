-- into: contacts_found
-- grain: one row per contact that is a new ticket
-- key: contact_key
-- inputs: staged_tickets, ticket_calls, unit_persons, call_spans
-- params: inherit_window
-- per: person
--
-- A ticket that is the same interaction as a call is no contact of its own. A ticket that agent or
-- system open of their own accord is kept and counted, but is no request of the customer. One that
-- an agent opens for a caller is: unless that person's call lies within the day before, for then it
-- is late paperwork on a call that is counted already.
with persons as (
    select
        t.ticket_key,
        coalesce(n.person_key, t.ticket_key) as person_key,
        t.created_at,
        t.opened_by = 'agent' and t.channel = 'voice' as is_for_a_caller
    from staged_tickets as t
    left join unit_persons as n on t.ticket_key = n.unit_key
),

late as (
    select distinct p.ticket_key
    from persons as p
    inner join call_spans as c on p.person_key = c.person_key
    where
        p.is_for_a_caller
        and c.started_at <= p.created_at
        and c.started_at > p.created_at - $inherit_window
)

select
    t.ticket_key as contact_key,
    t.ticket_key as unit_key,
    p.person_key,
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
        when t.opened_by = 'agent' and (not p.is_for_a_caller or l.ticket_key is not null)
            then 'opened by agent'
    end as excluded_rule
from staged_tickets as t
inner join persons as p on t.ticket_key = p.ticket_key
left join late as l on t.ticket_key = l.ticket_key
left join ticket_calls as c on t.ticket_key = c.ticket_key
where c.ticket_key is null
