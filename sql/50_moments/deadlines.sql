-- model: deadlines
-- grain: one row per thing that a customer could expect and did not get in time, or not yet
-- key: kind, anchor_key, variant
-- inputs: deadlines_found, absence_sources, covered_stretches, dark_stretches
-- params: as_of
-- per: person
-- published: What was due and did not come in time: overdue (a moment), pending (its time has not come), blind (no connected source could have shown it), unmeasured (no opening hours are declared).
--
-- Nothing becomes overdue by what other persons do, but by time and by what the sources cover. So a
-- night asks this query of last night's rows, and rebuilds the persons it judges otherwise. An
-- absence is stated where a source that can show the thing covers every day up to the deadline, and
-- none that was there goes dark meanwhile.
with covered as (
    select distinct
        d.kind,
        d.anchor_key,
        d.variant
    from deadlines_found as d
    inner join absence_sources as a
        on d.absence = a.absence and (a.of_source is null or d.source = a.of_source)
    inner join covered_stretches as c
        on
            a.source = c.source
            and a.kind_of_record = c.kind_of_record
            and d.began_at >= c.begins_at
            and d.due_at < c.ends_at
    where d.due_at <= $as_of
),

dark as (
    select distinct
        d.kind,
        d.anchor_key,
        d.variant
    from deadlines_found as d
    inner join absence_sources as a
        on d.absence = a.absence and (a.of_source is null or d.source = a.of_source)
    inner join dark_stretches as k
        on
            a.source = k.source
            and a.kind_of_record = k.kind_of_record
            and d.began_at < k.ends_at
            and d.due_at >= k.begins_at
    where d.due_at <= $as_of
)

select
    d.kind, -- kind of moment it is once overdue (moment_kinds)
    d.variant, -- which silence, or which expectation
    d.anchor_key, -- the touchpoint or contact it hangs on
    d.person_key, -- whose it is (persons)
    d.journey_key, -- in which journey (journeys)
    d.contact_key, -- at which contact (contacts)
    d.channel, -- channel of the contact
    d.queue, -- queue or group
    d.source, -- source of the record it hangs on
    d.began_at, -- from when the customer waits, UTC
    d.due_at, -- by when it should have come, UTC; empty: no calendar, or beyond its reach
    d.ended_at, -- when it came after all, UTC; empty: not yet
    d.lost_ms, -- what it cost the customer by the clock, milliseconds; empty: not over
    d.is_measured, -- false: business time, and no opening hours are declared there
    d.absence, -- what a source must be able to show; empty: nothing but the record itself
    case
        when not d.is_measured then 'unmeasured'
        when d.due_at is null or d.due_at > $as_of then 'pending'
        when d.absence is null or (c.kind is not null and k.kind is null) then 'overdue'
        else 'blind'
    end as outcome -- overdue, pending, blind, unmeasured
from deadlines_found as d
left join covered as c
    on d.kind = c.kind and d.anchor_key = c.anchor_key and d.variant = c.variant
left join dark as k
    on d.kind = k.kind and d.anchor_key = k.anchor_key and d.variant = k.variant
