-- into: moments
-- grain: one row per contact on a synchronous channel outside the opening hours
-- key: kind, anchor_key
-- inputs: out_of_hours, contacts
-- per: person
--
-- The closed door: what the customer loses is the time until it opens.
select
    'out_of_hours_attempt' as kind,
    null::varchar as variant,
    c.contact_key as anchor_key,
    c.person_key,
    c.journey_key,
    c.contact_key,
    c.started_at as occurred_at,
    cast(date_diff('microsecond', c.started_at, o.next_opens_at) / 1000 as bigint) as lost_ms,
    true as is_elapsed,
    c.channel,
    c.queue,
    'observed' as evidence_class
from out_of_hours as o
inner join contacts as c on o.contact_key = c.contact_key
