-- model: ticket_calendars
-- grain: one row per stretch of a ticket under one queue's opening hours
-- key: ticket_key, began_at, stretch_no
-- inputs: ticket_homes, ticket_items, calendar_places
-- per: person
--
-- A ticket that moves to another queue moves to its hours. No calendar: not measured there.
with changes as (
    select
        ticket_key,
        created_at as began_at,
        0 as stretch_no,
        queue
    from ticket_homes
    union all
    select
        h.ticket_key,
        greatest(i.occurred_at, h.created_at),
        i.timeline_no,
        i.queue
    from ticket_homes as h
    inner join ticket_items as i on h.ticket_key = i.unit_key
    where i.item = 'queue' and i.queue is not null
)

select
    c.ticket_key,
    c.began_at,
    c.stretch_no,
    lead(c.began_at) over (
        partition by c.ticket_key order by c.began_at, c.stretch_no
    ) as ended_at,
    coalesce(q.calendar, d.calendar) as calendar
from changes as c
left join calendar_places as q on q.place_kind = 'queue' and c.queue = q.place
left join calendar_places as d on d.place_kind = 'default'
