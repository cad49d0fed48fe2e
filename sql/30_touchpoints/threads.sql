-- model: threads
-- grain: one row per thread that holds a contact
-- key: thread_key
-- inputs: contacts_found, thread_nodes
-- per: person
--
-- A thread's reason is the first one that any of its contacts states; its other contacts take it
-- from there.
with placed as (
    select
        coalesce(n.component, c.unit_key) as thread_key,
        c.contact_key,
        c.person_key,
        c.started_at,
        c.contact_kind = 'call' and not c.is_handled as is_unanswered,
        c.reason_raw,
        row_number() over (
            partition by coalesce(n.component, c.unit_key) order by c.started_at, c.contact_key
        ) as contact_no
    from contacts_found as c
    left join thread_nodes as n on c.unit_key = n.node
    where c.excluded_rule is null or c.reason_raw is not null
)

select
    thread_key,
    min(person_key) as person_key,
    min(started_at) as started_at,
    bool_and(is_unanswered) as is_unanswered,
    arg_min(reason_raw, contact_no) filter (where reason_raw is not null) as reason_raw
from placed
group by thread_key
