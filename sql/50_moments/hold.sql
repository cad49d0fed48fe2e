-- into: moments
-- grain: one row per leg with hold time above the threshold
-- key: kind, anchor_key
-- inputs: legs, contacts, place_thresholds
-- params: hold_ms
-- per: person
--
-- Hold is time on the line without anyone talking, after someone answered.
select
    'hold' as kind,
    null::varchar as variant,
    l.leg_key as anchor_key,
    c.person_key,
    c.journey_key,
    c.contact_key,
    l.started_at as occurred_at,
    l.hold_ms as lost_ms,
    false as is_elapsed,
    c.channel,
    coalesce(l.queue, c.queue) as queue,
    'observed' as evidence_class
from legs as l
inner join contacts as c on l.contact_key = c.contact_key
left join place_thresholds as q
    on q.place_kind = 'queue' and coalesce(l.queue, c.queue) = q.place
left join place_thresholds as h on h.place_kind = 'channel' and c.channel = h.place
where l.hold_ms >= coalesce(q.hold_ms, h.hold_ms, $hold_ms) and c.excluded_rule is null
