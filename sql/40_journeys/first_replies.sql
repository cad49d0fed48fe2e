-- model: first_replies
-- grain: one row per ticket that was answered in public
-- key: ticket_key
-- inputs: staged_tickets, ticket_items
-- per: person
--
-- METRICS.md section 3: creation to the first public reply of a human agent, once per ticket. The
-- messages decide where they are there, else the vendor's time, else the vendor's duration.
with replies as (
    select
        unit_key as ticket_key,
        min(occurred_at) as replied_at
    from ticket_items
    where item = 'message_out' and actor = 'agent' and is_ticket and is_public
    group by unit_key
),

timed as (
    select
        t.ticket_key,
        t.created_at,
        coalesce(r.replied_at, t.first_reply_at) as replied_at,
        t.first_reply_ms
    from staged_tickets as t
    left join replies as r on t.ticket_key = r.ticket_key
)

select
    ticket_key,
    coalesce(
        cast(date_diff('microsecond', created_at, replied_at) / 1000 as bigint), first_reply_ms
    ) as first_reply_ms
from timed
where replied_at >= created_at or (replied_at is null and first_reply_ms is not null)
