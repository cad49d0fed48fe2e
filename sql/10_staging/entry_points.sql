-- model: entry_points
-- grain: one row per leg of a call to a number that has a calendar
-- key: leg_key
-- inputs: calls, calendar_places
-- per: person
-- stored: view
--
-- The number called says which line was meant before any queue is met.
select
    c.row_key as leg_key,
    p.calendar
from calls as c
inner join calendar_places as p on p.place_kind = 'entry_point' and c.called_number = p.place
