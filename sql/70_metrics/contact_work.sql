-- model: contact_work
-- grain: one row per contact
-- key: contact_key
-- inputs: contacts, legs, ticket_items, contact_calendars, out_of_hours, reopens, escalation_targets, calendar_places
-- per: person
-- published: What each contact took on our side: segments, agents (a count, never who), the last team, the first human, reopens.
--
-- An agent is counted as the phone system tells one from another. The team is the queue or group
-- that had the contact last; the queue in `contacts` is the first it met.
with answered as (
    select
        contact_key,
        count(*)::integer as segments,
        count(distinct agent_key)::integer as agents,
        count(*) filter (where hold_ms > 0)::integer as held_segments,
        arg_max(queue, leg_no) filter (where queue is not null) as team,
        min(
            cast(date_diff('microsecond', timestamp '1970-01-01', started_at) / 1000 as bigint)
            + coalesce(queue_wait_ms, 0)
        ) as first_human_ms
    from legs
    where is_answered
    group by contact_key
),

written as (
    select
        contact_key,
        arg_max(queue, timeline_no) filter (where item = 'queue' and queue is not null) as team,
        min(
            case
                when item = 'message_out' and actor = 'agent' and is_public
                    then cast(
                        date_diff('microsecond', timestamp '1970-01-01', occurred_at) / 1000
                        as bigint
                    )
            end
        ) as first_human_ms
    from ticket_items
    group by contact_key
),

reopened as (
    select
        contact_key,
        count(*)::integer as reopens
    from reopens
    group by contact_key
)

select
    c.contact_key, -- the contact (contacts)
    c.person_key, -- whose it is (persons)
    coalesce(w.team, a.team, c.queue) as team, -- queue or group that had it last
    a.segments, -- legs with an agent; empty: no call
    a.agents, -- different agents on its legs; empty: no call
    a.held_segments, -- legs with an agent that had a hold
    cast(
        case
            when a.first_human_ms is null then w.first_human_ms
            when w.first_human_ms is null then a.first_human_ms
            else least(a.first_human_ms, w.first_human_ms)
        end
        - cast(date_diff('microsecond', timestamp '1970-01-01', c.started_at) / 1000 as bigint)
        as bigint
    ) as first_human_ms, -- from its beginning to the first human, by the clock, milliseconds; empty: none yet
    coalesce(r.reopens, 0) as reopens, -- times its ticket went from solved to not solved
    e.target is not null as is_complaint, -- its family of reasons is declared a complaint in [escalations]
    k.contact_key is not null as has_opening_hours, -- opening hours are declared for it
    z.timezone, -- zone of these opening hours; empty: none are declared
    o.contact_key is not null as is_out_of_hours, -- came outside the declared opening hours
    o.next_opens_at -- then: when the line opened next, UTC
from contacts as c
left join answered as a on c.contact_key = a.contact_key
left join written as w on c.contact_key = w.contact_key
left join reopened as r on c.contact_key = r.contact_key
left join escalation_targets as e on e.target_kind = 'family' and c.reason_family = e.target
left join contact_calendars as k on c.contact_key = k.contact_key
left join (select distinct calendar, timezone from calendar_places) as z on k.calendar = z.calendar
left join out_of_hours as o on c.contact_key = o.contact_key
