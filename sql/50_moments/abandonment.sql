-- into: moments
-- grain: one row per leg given up in the queue or on hold
-- key: kind, anchor_key
-- inputs: legs, contacts
-- per: person
-- published: Points of journeys that carry weight; one row per kind and place. Parents and children (moment_kinds) are never added up.
--
-- What the customer loses is the wait itself. Misdials are none (staged_calls).
select
    'abandonment' as kind, -- kind of moment (moment_kinds)
    null::varchar as variant, -- a finer kind where there is one: forced or chosen, cold or attended
    l.leg_key as anchor_key, -- the touchpoint or contact it is at; with kind, names the moment
    c.person_key, -- whom it hit (persons)
    c.journey_key, -- in which journey (journeys)
    c.contact_key, -- at which contact (contacts)
    l.started_at as occurred_at, -- when, UTC
    case
        when coalesce(l.queue_wait_ms, l.hold_ms) is not null
            then coalesce(l.queue_wait_ms, 0) + coalesce(l.hold_ms, 0)
    end as lost_ms, -- what it cost the customer in time, milliseconds; empty: not measured
    false as is_elapsed, -- that time ran by the clock, while the customer did something else; else it was spent on the line
    c.channel, -- channel of the contact
    coalesce(l.queue, c.queue) as queue, -- where it happened: queue or group, or what the source calls an error
    'observed' as evidence_class -- observed in a record, or derived from an absence
from legs as l
inner join contacts as c on l.contact_key = c.contact_key
where l.is_abandoned and c.excluded_rule is null
