-- model: thread_nodes
-- grain: one row per unit that is about the same issue as another, by explicit reference
-- key: node
-- inputs: unit_links, ticket_calls, forwarded_calls, survey_contacts
-- per: person
-- solve: connected_components
--
-- A thread is what references alone hold together: ticket and call, follow-up and first ticket,
-- chained calls, an answer and its contact. A unit that is not here is a thread of its own.
select
    a,
    b
from unit_links
where same_issue
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
