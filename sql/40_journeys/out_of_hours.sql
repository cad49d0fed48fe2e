-- model: out_of_hours
-- grain: one row per attempt outside the opening hours that apply to it
-- key: contact_key
-- inputs: contacts, open_hours, calendars
-- per: person
--
-- Only synchronous channels, and only where a calendar is declared: the queue's own, else the
-- default. Without a calendar nothing is said: not measured. Opening hours come cut at midnight
-- UTC, so that a day is a join key and the cost does not grow with the years of data.
with attempts as (
    select
        c.contact_key,
        c.started_at,
        cast(c.started_at as date) as day,
        coalesce(q.calendar, d.calendar) as calendar
    from contacts as c
    left join calendars as q on c.queue = q.queue
    left join calendars as d on d.queue = ''
    where c.channel in ('voice', 'chat') and c.direction = 'inbound' and c.excluded_rule is null
),

closed as (
    select
        a.contact_key,
        a.calendar,
        a.started_at
    from attempts as a
    left join open_hours as h
        on
            a.calendar = h.calendar
            and a.day = h.day
            and a.started_at >= h.opens_at
            and a.started_at < h.closes_at
    where a.calendar is not null and h.calendar is null
),

points as (
    select
        calendar,
        started_at as occurred_at,
        contact_key,
        null::timestamp as opens_at
    from closed
    union all
    select
        calendar,
        opens_at,
        0,
        opens_at
    from open_hours
),

followed as (
    select
        contact_key,
        last_value(opens_at ignore nulls) over (
            partition by calendar
            order by occurred_at desc, contact_key
            rows between unbounded preceding and current row
        ) as next_opens_at
    from points
)

select
    contact_key,
    next_opens_at
from followed
where contact_key <> 0
