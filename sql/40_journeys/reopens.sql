-- model: reopens
-- grain: one row per change of a ticket from solved to not solved
-- key: item_key
-- inputs: ticket_items
-- per: person
--
-- With the time we take until the ticket is solved again; still open: until its last sign.
with stretches as (
    select
        item_key,
        unit_key,
        contact_key,
        occurred_at,
        our_ms_so_far,
        item = 'status'
        and status_before in ('solved', 'closed')
        and status not in ('solved', 'closed', 'merged', 'deleted') as is_reopen,
        case when item = 'status' and status in ('solved', 'closed') then our_ms_so_far end
            as solved_ms,
        timeline_no
    from ticket_items
),

ahead as (
    select
        *,
        coalesce(
            last_value(solved_ms ignore nulls) over (
                partition by unit_key
                order by timeline_no desc
                rows between unbounded preceding and 1 preceding
            ),
            max(our_ms_so_far) over (partition by unit_key)
        ) as next_solved_ms
    from stretches
)

select
    item_key,
    contact_key,
    occurred_at,
    next_solved_ms - our_ms_so_far as lost_ms
from ahead
where is_reopen
