-- model: ticket_business_times
-- grain: one row per ticket and time that is measured on it
-- key: ticket_key, measure
-- inputs: ticket_intervals, ticket_calendars, ticket_homes, calendar_segments
-- per: person
-- published: How long tickets took, by the clock and in opening hours, over all hours the ticket was under, and over the last ones alone.
--
-- Open time before a moment is a lookup in the calendar, so business time is the difference of two.
-- all_schedules measures each stretch of a ticket by the hours it was under then (ours);
-- last_schedule the whole by the hours at its end (Zendesk's own figure).
with overlaps as (
    select
        i.ticket_key,
        i.measure,
        i.interval_no,
        i.began_at as interval_began_at,
        i.ended_at as interval_ended_at,
        c.calendar,
        greatest(i.began_at, c.began_at) as began_at,
        least(i.ended_at, coalesce(c.ended_at, i.ended_at)) as ended_at,
        row_number() over (
            partition by i.ticket_key, i.measure, i.interval_no
            order by c.began_at desc, c.stretch_no desc
        ) as from_end
    from ticket_intervals as i
    inner join ticket_calendars as c
        on
            i.ticket_key = c.ticket_key
            and (c.began_at < i.ended_at or c.began_at <= i.began_at)
            and (c.ended_at is null or c.ended_at > i.began_at)
),

pieces as (
    select
        ticket_key,
        measure,
        true as is_last_schedule,
        calendar,
        interval_began_at as began_at,
        interval_ended_at as ended_at
    from overlaps
    where from_end = 1
    union all
    select
        ticket_key,
        measure,
        false,
        calendar,
        began_at,
        ended_at
    from overlaps
),

timed as (
    select
        p.ticket_key,
        p.measure,
        p.is_last_schedule,
        cast(date_diff('microsecond', p.began_at, p.ended_at) / 1000 as bigint) as clock_ms,
        e.open_ms_before
        + case
            when e.is_open
                then cast(date_diff('microsecond', e.begins_at, p.ended_at) / 1000 as bigint)
            else 0
        end
        - s.open_ms_before
        - case
            when s.is_open
                then cast(date_diff('microsecond', s.begins_at, p.began_at) / 1000 as bigint)
            else 0
        end as open_ms
    from pieces as p
    left join calendar_segments as s
        on
            p.calendar = s.calendar
            and cast(p.began_at as date) = s.day
            and p.began_at >= s.begins_at
            and p.began_at < s.ends_at
    left join calendar_segments as e
        on
            p.calendar = e.calendar
            and cast(p.ended_at as date) = e.day
            and p.ended_at >= e.begins_at
            and p.ended_at < e.ends_at
)

select
    t.ticket_key, -- the ticket: the touchpoint of its opening
    h.person_key, -- whose it is (persons)
    t.measure, -- first_reply, first_resolution, full_resolution, requester_wait (new, open, on hold), agent_wait (pending)
    sum(t.clock_ms) filter (where t.is_last_schedule)::bigint as clock_ms, -- by the clock, milliseconds
    case
        when bool_and(t.open_ms is not null) filter (where not t.is_last_schedule)
            then sum(t.open_ms) filter (where not t.is_last_schedule)::bigint
    end as all_schedules_ms, -- in the opening hours that held at each time, milliseconds; empty: no calendar
    case
        when bool_and(t.open_ms is not null) filter (where t.is_last_schedule)
            then sum(t.open_ms) filter (where t.is_last_schedule)::bigint
    end as last_schedule_ms -- in the opening hours that held at its end, milliseconds
from timed as t
inner join ticket_homes as h on t.ticket_key = h.ticket_key
group by t.ticket_key, h.person_key, t.measure
