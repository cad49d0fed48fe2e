-- model: thread_ends
-- grain: one row per thread with a ticket
-- key: thread_key
-- inputs: staged_tickets, thread_nodes
-- params: as_of
-- per: person
--
-- How long a thread's tickets were open: an unsolved ticket is open until as_of (its journey is
-- censored), a solved one until it was solved. A close by the system long after is no end.
select
    coalesce(n.component, t.ticket_key) as thread_key,
    max(
        case
            when t.status in ('solved', 'closed', 'merged')
                then coalesce(t.solved_at, case when t.closed_by <> 'system' then t.closed_at end)
            else $as_of
        end
    ) as open_until,
    bool_or(t.status not in ('solved', 'closed', 'merged')) as is_open
from staged_tickets as t
left join thread_nodes as n on t.ticket_key = n.node
group by coalesce(n.component, t.ticket_key)
