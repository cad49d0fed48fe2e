-- model: threads
-- grain: one row per thread that holds a contact or a stated reason
-- key: thread_key
-- inputs: contacts_found, thread_nodes, ticket_calls, staged_tickets, staged_events, unit_persons
-- per: person
--
-- A thread's reason is the first one that any of its contacts states, or the ticket that was written
-- during a call, or a bot inside the conversation; everything in it takes it from there.
with stated as (
    select
        unit_key,
        contact_key as row_key,
        person_key,
        started_at,
        contact_kind = 'call' and not is_handled as is_unanswered,
        reason_raw
    from contacts_found
    where excluded_rule is null or reason_raw is not null
    union all
    select
        t.ticket_key,
        t.ticket_key,
        null,
        t.created_at,
        null,
        t.reason_raw
    from ticket_calls as c
    inner join staged_tickets as t on c.ticket_key = t.ticket_key
    where t.reason_raw is not null
    union all
    select
        e.about_key,
        e.event_key,
        coalesce(n.person_key, e.about_key),
        e.occurred_at,
        null,
        e.reason_raw
    from staged_events as e
    left join unit_persons as n on e.about_key = n.unit_key
    where e.about_key is not null and e.reason_raw is not null
),

placed as (
    select
        coalesce(n.component, s.unit_key) as thread_key,
        s.person_key,
        s.started_at,
        s.is_unanswered,
        s.reason_raw,
        row_number() over (
            partition by coalesce(n.component, s.unit_key) order by s.started_at, s.row_key
        ) as row_no
    from stated as s
    left join thread_nodes as n on s.unit_key = n.node
)

select
    thread_key,
    min(person_key) as person_key,
    min(started_at) as started_at,
    bool_and(is_unanswered) as is_unanswered,
    arg_min(reason_raw, row_no) filter (where reason_raw is not null) as reason_raw
from placed
group by thread_key
