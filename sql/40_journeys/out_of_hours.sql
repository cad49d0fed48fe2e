-- model: out_of_hours
-- grain: one row per attempt outside the opening hours that apply to it
-- key: contact_key
-- inputs: contacts, contact_calendars, calendar_segments
-- per: person
--
-- Only synchronous channels, and only where a calendar is declared. Without a calendar nothing is
-- said: not measured. A segment of the calendar lies within one day UTC, so that a day is a join key
-- and the cost does not grow with the years of data.
select
    c.contact_key,
    s.next_opens_at
from contacts as c
inner join contact_calendars as k on c.contact_key = k.contact_key
inner join calendar_segments as s
    on
        k.calendar = s.calendar
        and cast(c.started_at as date) = s.day
        and c.started_at >= s.begins_at
        and c.started_at < s.ends_at
where
    not s.is_open
    and c.channel in ('voice', 'chat')
    and c.direction = 'inbound'
    and c.excluded_rule is null
