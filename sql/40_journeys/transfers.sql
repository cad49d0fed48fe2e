-- model: transfers
-- grain: one row per leg that ended in a transfer, and per change of a ticket's queue
-- key: anchor_key
-- inputs: legs, ticket_items, contacts
-- per: person
--
-- The source's log of transfers decides; a change of person is no transfer by itself. What the
-- customer loses: on a call the time in the leg that did not help and the next queue's wait, in a
-- ticket the time we took since it came to the queue that sent it on.
with passed_on as (
    select distinct contact_key from legs where is_transferred
),

neighbours as (
    select
        l.*,
        lead(l.queue) over in_contact as next_queue,
        lead(l.queue_wait_ms) over in_contact as next_queue_wait_ms,
        first_value(l.agent_key ignore nulls) over (
            in_contact rows between 1 following and unbounded following
        ) as next_agent_key
    from legs as l
    inner join passed_on as p on l.contact_key = p.contact_key
    window in_contact as (partition by l.contact_key order by l.leg_no)
),

hops as (
    select
        *,
        lag(queue) over in_contact as queue_before_that,
        lag(agent_key) over in_contact as agent_before_that
    from neighbours
    where is_transferred
    window in_contact as (partition by contact_key order by leg_no)
),

of_legs as (
    select
        leg_key as anchor_key,
        contact_key,
        coalesce(transfer_kind, 'unknown') as variant,
        coalesce(ended_at, started_at) as occurred_at,
        case
            when coalesce(queue_wait_ms, talk_ms, hold_ms, next_queue_wait_ms) is not null
                then
                    coalesce(queue_wait_ms, 0)
                    + coalesce(talk_ms, 0)
                    + coalesce(hold_ms, 0)
                    + coalesce(next_queue_wait_ms, 0)
        end as lost_ms,
        queue,
        coalesce(
            case
                when queue_before_that <> queue then next_queue = queue_before_that
                else agent_before_that <> agent_key and next_agent_key = agent_before_that
            end,
            false
        ) as is_return
    from hops
),

queue_changes as (
    select
        item_key as anchor_key,
        unit_key,
        contact_key,
        occurred_at,
        queue_before,
        queue,
        lag(queue_before) over in_ticket as queue_before_that,
        our_ms_so_far - coalesce(lag(our_ms_so_far) over in_ticket, 0) as lost_ms
    from ticket_items
    where item = 'queue' and queue is not null and queue_before <> queue
    window in_ticket as (partition by unit_key order by timeline_no)
),

of_tickets as (
    select
        anchor_key,
        contact_key,
        'queue' as variant,
        occurred_at,
        lost_ms,
        queue_before,
        coalesce(queue = queue_before_that, false) as is_return
    from queue_changes
)

select
    l.anchor_key,
    c.person_key,
    c.journey_key,
    l.contact_key,
    l.variant,
    l.occurred_at,
    l.lost_ms,
    false as is_elapsed,
    c.channel,
    coalesce(l.queue, c.queue) as queue,
    l.is_return
from of_legs as l
inner join contacts as c on l.contact_key = c.contact_key
where c.excluded_rule is null
union all
select
    t.anchor_key,
    c.person_key,
    c.journey_key,
    t.contact_key,
    t.variant,
    t.occurred_at,
    t.lost_ms,
    true,
    c.channel,
    t.queue_before,
    t.is_return
from of_tickets as t
inner join contacts as c on t.contact_key = c.contact_key
where c.excluded_rule is null
