-- model: opening_hours
-- grain: one row per open stretch of a calendar within a day
-- key: calendar, opens_at
-- inputs: calendar_segments
-- params: as_of
-- per: all
-- published: When lines were open, from [calendars]: in UTC, holidays and exceptions applied, up to as_of. Stretches end at midnight, UTC and local.
select
    calendar, -- name of the calendar in the settings
    begins_at as opens_at, -- when it opened, UTC
    ends_at as closes_at -- when it closed, or a day ended, UTC
from calendar_segments
where is_open and begins_at <= $as_of
