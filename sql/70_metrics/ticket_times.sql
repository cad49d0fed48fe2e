-- model: ticket_times
-- grain: one row per ticket
-- key: ticket_key
-- inputs: staged_tickets, ticket_counters, ticket_items, ticket_resolutions, first_replies, reopens, touchpoints
-- per: person
-- published: Replies, solutions, waits and handoffs of each ticket, from its history, beside what the vendor counted.
--
-- METRICS.md section 3. Waits are added up over the stretches between changes of status that the
-- history shows; the stretch that still runs is in none, so nothing here moves with the clock.
with changes as (
    select
        i.unit_key as ticket_key,
        i.item_key,
        i.item,
        i.actor,
        i.is_public,
        i.occurred_at,
        i.status,
        i.status_before,
        i.queue,
        i.timeline_no,
        r.item_key is not null as is_reopen,
        i.item = 'agent' or (i.item = 'queue' and i.queue_before <> i.queue) as is_handoff
    from ticket_items as i
    left join reopens as r on i.item_key = r.item_key
    where i.is_ticket
),

stretches as (
    select
        c.ticket_key,
        c.status_before,
        greatest(
            0,
            cast(
                date_diff(
                    'microsecond',
                    coalesce(
                        lag(c.occurred_at) over (
                            partition by c.ticket_key order by c.timeline_no
                        ),
                        t.created_at
                    ),
                    c.occurred_at
                ) / 1000 as bigint
            )
        ) as stretch_ms
    from changes as c
    inner join staged_tickets as t on c.ticket_key = t.ticket_key
    where c.item = 'status'
),

waits as (
    select
        ticket_key,
        coalesce(sum(stretch_ms) filter (where status_before in ('new', 'open', 'on_hold')), 0)
            ::bigint as requester_wait_ms,
        coalesce(sum(stretch_ms) filter (where status_before = 'pending_customer'), 0)
            ::bigint as agent_wait_ms
    from stretches
    group by ticket_key
),

counted as (
    select
        ticket_key,
        arg_max(queue, timeline_no) filter (where item = 'queue' and queue is not null) as team,
        count(*) filter (where item = 'queue' and is_handoff)::integer as queue_changes,
        count(distinct case when is_handoff then occurred_at end)::integer as handoffs,
        count(*) filter (where is_reopen)::integer as reopens,
        count(*) filter (where item = 'message_out' and actor = 'agent' and is_public)::integer
            as agent_comments,
        count(*) filter (where item in ('message_in', 'message_out'))::integer as messages,
        count(*) filter (where item not in ('message_in', 'message_out'))::integer as changes
    from changes
    group by ticket_key
)

select
    t.ticket_key, -- names the ticket: its first touchpoint
    p.person_key, -- whose it is (persons)
    p.journey_key, -- in which journey (journeys)
    p.contact_key, -- at which contact it was opened (contacts)
    t.source, -- the configured source
    t.channel, -- channel it was opened on
    t.queue, -- first queue or group it met
    coalesce(c.team, t.queue) as team, -- queue or group that had it last
    t.opened_by, -- customer, agent or system
    t.created_at, -- when it was opened, UTC
    t.status, -- status at as_of
    s.is_solved, -- solved at as_of
    f.first_reply_ms, -- to the first public reply of a human, by the clock; empty: none yet
    cast(date_diff('microsecond', t.created_at, s.first_solved_at) / 1000 as bigint)
        as first_resolution_ms, -- to the first solution, by the clock; empty: none yet
    cast(date_diff('microsecond', t.created_at, s.last_solved_at) / 1000 as bigint)
        as full_resolution_ms, -- to the last solution, by the clock; empty: none yet
    w.requester_wait_ms, -- time in new, open and on hold until the last change of status; empty: no history
    w.agent_wait_ms, -- time pending on the requester until the last change of status; empty: no history
    coalesce(c.queue_changes, 0) as queue_changes, -- changes of queue or group that its history shows
    coalesce(c.handoffs, 0) as handoffs, -- changes of assignee or group, one each where both change at once
    coalesce(c.reopens, 0) as reopens, -- times from solved to not solved that its history shows
    coalesce(c.agent_comments, 0) as agent_comments, -- public comments of agents
    coalesce(c.messages, 0) as messages, -- messages in it
    coalesce(c.changes, 0) as changes, -- rows of its history: changes of status, queue and agent
    v.reassignments as vendor_reassignments, -- the vendor's count of reassignments; empty: it has none
    v.queue_changes as vendor_queue_changes, -- the vendor's count of changes of group
    v.reopens as vendor_reopens, -- the vendor's count of reopens
    v.agent_replies as vendor_agent_replies, -- the vendor's count of agents' replies
    v.first_reply_business_ms as vendor_first_reply_business_ms, -- the vendor's first reply in business time
    v.resolution_ms as vendor_resolution_ms, -- the vendor's last resolution, by the clock
    v.resolution_business_ms as vendor_resolution_business_ms, -- the same in business time
    case
        when t.is_test then 'test'
        when t.status = 'merged' then 'merged into another'
        when t.opened_by = 'system' then 'opened by system'
    end as excluded_rule -- why it is in no denominator; empty: it counts
from staged_tickets as t
inner join touchpoints as p on t.ticket_key = p.touchpoint_key
inner join ticket_resolutions as s on t.ticket_key = s.ticket_key
left join ticket_counters as v on t.ticket_key = v.ticket_key
left join counted as c on t.ticket_key = c.ticket_key
left join waits as w on t.ticket_key = w.ticket_key
left join first_replies as f on t.ticket_key = f.ticket_key
