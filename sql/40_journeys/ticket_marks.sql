-- model: ticket_marks
-- grain: one row per point of a ticket at which the turn may pass
-- key: ticket_key, mark_key, mark
-- inputs: ticket_homes, ticket_items, contacts, legs
-- per: person
--
-- Whose turn it is: ours from the opening, a customer's message, a ticket put on hold or reopened;
-- theirs from our public reply, a talk or call of ours about the same issue, a question (pending), or
-- a solution. Where no history shows the solution (a ticket can be born solved), the ticket's own
-- time of solution stands for it.
with solved as (
    select distinct unit_key as ticket_key
    from ticket_items
    where
        item = 'status'
        and status in ('solved', 'closed', 'merged')
        and coalesce(status_before, 'open') not in ('solved', 'closed')
),

talks as (
    select
        c.journey_key,
        l.leg_key,
        l.started_at
    from legs as l
    inner join contacts as c on l.contact_key = c.contact_key
    where l.is_answered
),

marks as (
    select
        ticket_key,
        ticket_key as mark_key,
        'opened' as mark,
        created_at as occurred_at,
        -1 as seq,
        'ours' as turn
    from ticket_homes
    union all
    select
        h.ticket_key,
        i.item_key,
        case
            when i.item = 'message_in' then 'message'
            when i.item = 'message_out' then 'reply'
            when i.status in ('solved', 'closed', 'merged') then 'solved'
            when i.status_before in ('solved', 'closed') then 'reopened'
            else i.status
        end,
        i.occurred_at,
        i.seq,
        case
            when i.item = 'message_in' then 'ours'
            when i.item = 'message_out' then 'theirs'
            when i.status in ('solved', 'closed', 'merged', 'pending_customer') then 'theirs'
            when i.status = 'on_hold' or i.status_before in ('solved', 'closed') then 'ours'
        end
    from ticket_homes as h
    inner join ticket_items as i on h.ticket_key = i.unit_key
    where
        (i.item = 'message_in' and i.actor = 'customer')
        or (i.item = 'message_out' and i.actor = 'agent' and i.is_public)
        or (i.item = 'status' and i.status is not null)
    union all
    select
        h.ticket_key,
        h.ticket_key,
        'solved',
        greatest(coalesce(h.solved_at, h.closed_at, h.created_at), h.created_at),
        1,
        'theirs'
    from ticket_homes as h
    left join solved as s on h.ticket_key = s.ticket_key
    where h.status in ('solved', 'closed', 'merged') and s.ticket_key is null
    union all
    select
        h.ticket_key,
        t.leg_key,
        'talk',
        t.started_at,
        0,
        'theirs'
    from ticket_homes as h
    inner join talks as t on h.journey_key = t.journey_key and h.created_at < t.started_at
)

select
    ticket_key,
    mark_key,
    mark,
    occurred_at,
    turn,
    row_number() over in_order as mark_no,
    last_value(turn ignore nulls) over (
        in_order rows between unbounded preceding and 1 preceding
    ) as turn_before
from marks
window in_order as (partition by ticket_key order by occurred_at, seq, mark_key, mark)
