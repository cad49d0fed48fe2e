-- model: ticket_intervals
-- grain: one row per span of a ticket that a time metric adds up
-- key: ticket_key, measure, interval_no
-- inputs: ticket_times, ticket_marks
-- per: person
--
-- METRICS.md section 3: what ticket_times measures by the clock, as spans that opening hours can be
-- laid over. A span that has not ended is none yet. An interval takes whole numbers of 32 bits, or
-- doubles, which are exact here.
with totals as (
    select ticket_key, created_at, 'first_reply' as measure, first_reply_ms as clock_ms
    from ticket_times
    union all
    select ticket_key, created_at, 'first_resolution', first_resolution_ms
    from ticket_times
    union all
    select ticket_key, created_at, 'full_resolution', full_resolution_ms
    from ticket_times
    where is_solved
),

statuses as (
    select
        ticket_key,
        mark_no,
        mark,
        occurred_at as began_at,
        lead(occurred_at) over (partition by ticket_key order by mark_no) as ended_at
    from ticket_marks
    where mark not in ('message', 'reply', 'talk')
)

select
    ticket_key,
    measure,
    0 as interval_no,
    created_at as began_at,
    created_at + cast(clock_ms as double) * interval '1 millisecond' as ended_at
from totals
where clock_ms >= 0
union all
select
    ticket_key,
    case when mark = 'pending_customer' then 'agent_wait' else 'requester_wait' end,
    mark_no,
    began_at,
    ended_at
from statuses
where mark <> 'solved' and ended_at is not null
