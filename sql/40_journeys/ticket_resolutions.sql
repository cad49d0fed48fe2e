-- model: ticket_resolutions
-- grain: one row per ticket that is a customer's and was not merged into another
-- key: ticket_key
-- inputs: ticket_homes, ticket_marks
-- per: person
--
-- METRICS.md section 3: the last solution, by the history where it is there. A closing after a
-- solution is no second one. A ticket that is open has none: it is censored. Silent is a solution
-- while the customer's last word is unanswered.
with statuses as (
    select
        ticket_key,
        mark_no,
        mark,
        occurred_at,
        turn_before,
        lag(mark) over (partition by ticket_key order by mark_no) as mark_before
    from ticket_marks
    where mark not in ('message', 'reply', 'talk')
),

solutions as (
    select
        ticket_key,
        max(occurred_at) as last_solved_at,
        arg_max(turn_before, mark_no) = 'ours' as is_silent
    from statuses
    where mark = 'solved' and mark_before <> 'solved'
    group by ticket_key
),

ends as (
    select
        ticket_key,
        arg_max(mark, mark_no) = 'solved' as is_solved
    from statuses
    group by ticket_key
)

select
    h.ticket_key,
    case when e.is_solved then s.last_solved_at end as last_solved_at,
    e.is_solved and s.is_silent as is_silent
from ticket_homes as h
inner join ends as e on h.ticket_key = e.ticket_key
left join solutions as s on h.ticket_key = s.ticket_key
where h.status <> 'merged'
