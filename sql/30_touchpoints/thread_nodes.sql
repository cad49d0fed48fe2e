-- model: thread_nodes
-- grain: one row per unit that is about the same issue as another, by explicit reference
-- key: node
-- inputs: unit_links, unit_persons, ticket_calls, forwarded_calls, survey_contacts
-- per: person
-- solve: connected_components
--
-- A thread is what references alone hold together: ticket and call, follow-up and first ticket,
-- chained calls, an answer and its contact. A thread is one person's: a ticket that many name ties
-- nobody together. A unit that is not here is a thread of its own.
select
    l.a,
    l.b
from unit_links as l
left join unit_persons as x on l.a = x.unit_key
left join unit_persons as y on l.b = y.unit_key
where l.same_issue and coalesce(x.person_key, l.a) = coalesce(y.person_key, l.b)
union all
select
    ticket_key,
    call_key
from ticket_calls
union all
select
    call_key,
    head_key
from forwarded_calls
union all
select
    response_key,
    unit_key
from survey_contacts
