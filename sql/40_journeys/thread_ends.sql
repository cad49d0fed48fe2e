-- model: thread_ends
-- grain: one row per thread with a ticket
-- key: thread_key
-- inputs: staged_tickets, thread_nodes
-- per: person
--
-- When a thread's tickets were solved, and whether one is still open: its journey is censored, and
-- goes on however late the next sign comes. A close by the system long after is no end.
select
    coalesce(n.component, t.ticket_key) as thread_key,
    max(
        case
            when t.status in ('solved', 'closed', 'merged')
                then coalesce(t.solved_at, case when t.closed_by <> 'system' then t.closed_at end)
        end
    ) as solved_at,
    bool_or(t.status not in ('solved', 'closed', 'merged')) as is_open
from staged_tickets as t
left join thread_nodes as n on t.ticket_key = n.node
group by coalesce(n.component, t.ticket_key)
