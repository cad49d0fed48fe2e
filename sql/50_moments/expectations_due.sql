-- model: expectations_due
-- grain: one row per expectation and touchpoint that raised it
-- key: signal_key, expectation
-- inputs: signals, expectations, touchpoints, contact_calendars, calendar_places, calendar_segments, calendar_days
-- per: person
--
-- By when it has to come: by the clock, or in the opening hours of the contact's line. A business day
-- counts when its date has opening hours, and ends with its last closing: two business days on a
-- Friday, at whatever time, end on Tuesday evening. Business hours end in the segment in which the open
-- time is used up.
with raised as (
    select
        s.signal_key,
        e.expectation,
        e.expected_word,
        e.within_ms,
        e.within_business_ms,
        e.within_workdays,
        t.person_key,
        t.journey_key,
        t.contact_key,
        t.channel,
        t.queue,
        s.source,
        s.occurred_at as began_at,
        coalesce(k.calendar, d.calendar) as calendar
    from signals as s
    inner join expectations as e on s.word = e.after_word
    inner join touchpoints as t on s.signal_key = t.touchpoint_key
    left join contact_calendars as k on t.contact_key = k.contact_key
    left join calendar_places as d on d.place_kind = 'default'
),

placed as (
    select
        r.*,
        s.workdays_so_far,
        s.open_ms_before
        + case
            when s.is_open
                then cast(date_diff('microsecond', s.begins_at, r.began_at) / 1000 as bigint)
            else 0
        end
        + r.within_business_ms as open_ms_due
    from raised as r
    left join calendar_segments as s
        on
            r.calendar = s.calendar
            and cast(r.began_at as date) = s.day
            and r.began_at >= s.begins_at
            and r.began_at < s.ends_at
),

points as (
    select
        calendar,
        open_ms_due as open_ms,
        0 as seq,
        signal_key,
        expectation,
        null::timestamp as begins_at
    from placed
    where open_ms_due is not null
    union all
    select
        calendar,
        open_ms_before,
        1,
        0,
        '',
        begins_at
    from calendar_segments
    where is_open and exists (select 1 from expectations where within_business_ms is not null)
),

used_up as (
    select
        calendar,
        signal_key,
        expectation,
        seq,
        open_ms,
        last_value(begins_at ignore nulls) over before as begins_at,
        last_value(case when seq = 1 then open_ms end ignore nulls) over before as open_ms_before
    from points
    window before as (
        partition by calendar
        order by open_ms, seq, signal_key, expectation
        rows between unbounded preceding and current row
    )
)

select
    p.signal_key,
    p.expectation,
    p.expected_word,
    p.person_key,
    p.journey_key,
    p.contact_key,
    p.channel,
    p.queue,
    p.source,
    p.began_at,
    p.within_ms is not null or p.calendar is not null as is_measured,
    case
        when p.within_ms is not null then p.began_at + cast(p.within_ms as double) * interval '1 millisecond'
        when p.within_workdays is not null then d.closes_at
        else u.begins_at
            + cast(u.open_ms - u.open_ms_before as double) * interval '1 millisecond'
    end as due_at
from placed as p
left join calendar_days as d
    on p.calendar = d.calendar and p.workdays_so_far + p.within_workdays = d.workday_no
left join used_up as u
    on u.seq = 0 and p.signal_key = u.signal_key and p.expectation = u.expectation
