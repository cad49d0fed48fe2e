-- model: ticket_calls
-- grain: one row per ticket that is the same contact as a call
-- key: ticket_key
-- inputs: staged_tickets, call_spans, unit_persons, unit_links
-- params: same_interaction
-- per: person
--
-- One interaction in two systems: a ticket that names a call (or is named by one), or that an agent
-- opens during a call of the same person or up to 30 minutes after it. Counting both would double
-- the contact; this is the commonest defect of such data.
with links as (
    select a as ticket_key, b as call_key from unit_links where same_issue
    union all
    select b, a from unit_links where same_issue
),

named as (
    select
        l.ticket_key,
        min(l.call_key) as call_key
    from links as l
    inner join staged_tickets as t on l.ticket_key = t.ticket_key
    inner join call_spans as c on l.call_key = c.call_key
    group by l.ticket_key
),

opened_by_agent as (
    select
        t.ticket_key,
        t.created_at,
        coalesce(n.person_key, t.ticket_key) as person_key
    from staged_tickets as t
    left join unit_persons as n on t.ticket_key = n.unit_key
    where t.opened_by = 'agent'
),

during as (
    select
        t.ticket_key,
        c.call_key,
        row_number() over (
            partition by t.ticket_key order by c.started_at desc, c.call_key
        ) as choice
    from opened_by_agent as t
    inner join call_spans as c
        on
            t.person_key = c.person_key
            and t.created_at >= c.started_at
            and t.created_at <= c.ended_at + $same_interaction
    where c.is_answered
)

select
    coalesce(n.ticket_key, d.ticket_key) as ticket_key,
    coalesce(n.call_key, d.call_key) as call_key,
    case when n.ticket_key is not null then 'named' else 'during the call' end as basis
from named as n
full join (select ticket_key, call_key from during where choice = 1) as d
    on n.ticket_key = d.ticket_key
