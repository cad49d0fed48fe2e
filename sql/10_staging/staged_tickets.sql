-- model: staged_tickets
-- grain: one row per ticket
-- key: ticket_key
-- inputs: tickets, ticket_history
-- params: as_of
-- per: person
-- stored: view
--
-- A ticket as of as_of: what happened later has not happened, and a ticket solved later is open.
-- Its queue is the first one it met, not today's (METRICS.md section 3). A merged ticket keeps its
-- link; its history belongs to the ticket it went into.
with first_queues as (
    select
        ticket_key,
        coalesce(old_value, new_value) as queue
    from ticket_history
    where field = 'queue' and occurred_at <= $as_of and is_deleted is not true
    qualify
        row_number() over (partition by ticket_key order by occurred_at, event_seq, row_key) = 1
)

select
    t.ticket_key,
    t.source,
    t.created_at,
    case when t.first_reply_at <= $as_of then t.first_reply_at end as first_reply_at,
    case when t.solved_at <= $as_of then t.solved_at end as solved_at,
    case when t.closed_at <= $as_of then t.closed_at end as closed_at,
    t.closed_by,
    case
        when t.status in ('solved', 'closed') and coalesce(t.solved_at, t.closed_at) > $as_of
            then 'open'
        else t.status
    end as status,
    t.channel,
    t.opened_by,
    coalesce(q.queue, t.queue) as queue,
    coalesce(t.contact_reason, t.contact_reason_2) as reason_raw,
    t.first_reply_ms,
    coalesce(t.is_test, false) as is_test
from tickets as t
left join first_queues as q on t.ticket_key = q.ticket_key
where
    t.created_at <= $as_of
    and t.is_deleted is not true
    and t.status <> 'deleted'
