-- model: ticket_items
-- grain: one row per message or change, with the contact it belongs to
-- key: item_key
-- inputs: ticket_timeline, ticket_calls, forwarded_calls
-- params: opening_window, conversation_gap
-- per: person
--
-- A customer's message starts a contact of its own, unless it opens its ticket (same text, minutes
-- apart) or goes on with a chat or conversation: that is one contact until it is solved or falls
-- silent for a day. Everything else belongs to the contact before it. In a ticket, whoever writes
-- while we owe the next step chases; whoever replies to our question answers; whoever writes after
-- the solution returns. Time that runs while the ticket waits for the customer, or is solved, is
-- not time we take (METRICS.md section 3).
with homes as (
    select
        t.*,
        coalesce(f.head_key, c.call_key, g.head_key, t.unit_key) as unit_contact_key,
        not t.is_ticket or t.ticket_channel = 'chat' as is_conversation
    from ticket_timeline as t
    left join ticket_calls as c on t.unit_key = c.ticket_key
    left join forwarded_calls as f on c.call_key = f.call_key
    left join forwarded_calls as g on t.unit_key = g.call_key
),

starts as (
    select
        *,
        case
            when item <> 'message_in' or actor <> 'customer' then null
            when
                messages_in = 1
                and (
                    is_conversation
                    or (
                        ticket_opened_by = 'customer'
                        and occurred_at <= ticket_created_at + $opening_window
                    )
                )
                then unit_contact_key
            when
                is_conversation
                and occurred_at <= prev_occurred_at + $conversation_gap
                and (status_before is null or status_before not in ('solved', 'closed'))
                then null
            else item_key
        end as starts_contact_key,
        case
            when status_before in ('pending_customer', 'solved', 'closed', 'merged') then 0
            else
                greatest(
                    0,
                    cast(
                        date_diff(
                            'microsecond',
                            coalesce(prev_occurred_at, ticket_created_at, occurred_at),
                            occurred_at
                        ) / 1000 as bigint
                    )
                )
        end as our_ms
    from homes
)

select
    item_key,
    unit_key,
    person_key,
    is_ticket,
    source,
    occurred_at,
    seq,
    item,
    timeline_no,
    actor,
    coalesce(channel, ticket_channel, 'other') as channel,
    status,
    status_before,
    queue,
    queue_before,
    public_direction is not null as is_public,
    starts_contact_key,
    coalesce(
        last_value(starts_contact_key ignore nulls) over (
            partition by unit_key
            order by timeline_no
            rows between unbounded preceding and current row
        ),
        unit_contact_key
    ) as contact_key,
    sum(our_ms) over (
        partition by unit_key
        order by timeline_no
        rows between unbounded preceding and current row
    )::bigint as our_ms_so_far,
    case
        when not is_ticket or starts_contact_key is null or starts_contact_key <> item_key then null
        when status_before in ('solved', 'closed') then 'return'
        when status_before = 'pending_customer' or public_direction_before = 'out' then 'answer'
        else 'chaser'
    end as message_role,
    reason_raw,
    ticket_queue,
    is_test
from starts
