-- model: ticket_resolutions
-- grain: one row per ticket
-- key: ticket_key
-- inputs: staged_tickets, ticket_items
-- per: person
--
-- METRICS.md section 3: first and last solution, the one definition that metrics and moments read.
-- The history decides where it shows a solution, else the ticket's own times. A closing after a
-- solution is no second one. The first may lie before the history begins. One that clocks put before
-- its ticket is at the ticket's opening.
with shown as (
    select
        unit_key as ticket_key,
        min(case when is_solution then occurred_at end) as first_solved_at,
        max(case when is_solution then occurred_at end) as last_solved_at,
        arg_max(status in ('solved', 'closed'), timeline_no) as is_solved
    from (
        select
            *,
            status in ('solved', 'closed')
            and coalesce(status_before, 'open') not in ('solved', 'closed') as is_solution
        from ticket_items
        where is_ticket and item = 'status' and status is not null
    ) as i
    group by unit_key
),

found as (
    select
        t.ticket_key,
        t.created_at,
        case
            when s.first_solved_at < t.solved_at or t.solved_at is null
                then coalesce(s.first_solved_at, t.closed_at)
            else t.solved_at
        end as first_solved_at,
        coalesce(s.last_solved_at, t.solved_at, t.closed_at) as last_solved_at,
        case
            when s.last_solved_at is not null then s.is_solved
            else t.status in ('solved', 'closed')
        end as is_solved
    from staged_tickets as t
    left join shown as s on t.ticket_key = s.ticket_key
)

select
    ticket_key,
    greatest(first_solved_at, created_at) as first_solved_at,
    greatest(last_solved_at, created_at) as last_solved_at,
    is_solved
from found
