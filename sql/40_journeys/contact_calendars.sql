-- model: contact_calendars
-- grain: one row per contact that opening hours are declared for
-- key: contact_key
-- inputs: contacts, legs, entry_points, calendar_places
-- per: person
--
-- The calendar of the number called, else of the first queue met, else the default. A contact
-- without one is not measured against opening hours.
with numbers as (
    select
        l.contact_key,
        arg_min(e.calendar, l.leg_no) as calendar
    from legs as l
    inner join entry_points as e on l.leg_key = e.leg_key
    group by l.contact_key
),

chosen as (
    select
        c.contact_key,
        coalesce(n.calendar, q.calendar, d.calendar) as calendar
    from contacts as c
    left join numbers as n on c.contact_key = n.contact_key
    left join calendar_places as q on q.place_kind = 'queue' and c.queue = q.place
    left join calendar_places as d on d.place_kind = 'default'
)

select
    contact_key,
    calendar
from chosen
where calendar is not null
