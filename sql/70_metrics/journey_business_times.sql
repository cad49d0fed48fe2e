-- model: journey_business_times
-- grain: one row per journey whose first contact has opening hours
-- key: journey_key
-- inputs: journeys, contacts, contact_calendars, calendar_segments
-- per: person
-- published: How long journeys lasted in the opening hours of their first contact.
--
-- Open time before a moment is a lookup in the calendar, so business time is the difference of two.
with numbered as (
    select
        c.journey_key,
        k.calendar,
        row_number() over (
            partition by c.journey_key order by c.started_at, c.contact_key
        ) as contact_no
    from contacts as c
    left join contact_calendars as k on c.contact_key = k.contact_key
    where c.excluded_rule is null
),

timed as (
    select
        j.journey_key,
        j.person_key,
        e.open_ms_before
        + case
            when e.is_open
                then cast(date_diff('microsecond', e.begins_at, j.ended_at) / 1000 as bigint)
            else 0
        end
        - s.open_ms_before
        - case
            when s.is_open
                then cast(date_diff('microsecond', s.begins_at, j.started_at) / 1000 as bigint)
            else 0
        end as open_ms
    from journeys as j
    inner join numbered as n on j.journey_key = n.journey_key and n.contact_no = 1
    inner join calendar_segments as s
        on
            n.calendar = s.calendar
            and cast(j.started_at as date) = s.day
            and j.started_at >= s.begins_at
            and j.started_at < s.ends_at
    inner join calendar_segments as e
        on
            n.calendar = e.calendar
            and cast(j.ended_at as date) = e.day
            and j.ended_at >= e.begins_at
            and j.ended_at < e.ends_at
)

select
    journey_key, -- the journey (journeys)
    person_key, -- whose it is (persons)
    open_ms -- from first touchpoint to last sign, in opening hours, milliseconds
from timed
