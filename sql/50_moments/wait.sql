-- into: moments
-- grain: one row per queue wait, or per wait for the first reply, above the threshold
-- key: kind, anchor_key
-- inputs: legs, contacts, first_replies, place_thresholds
-- params: wait_ms, first_reply_ms
-- per: person
--
-- A wait that ends in giving up is an abandonment and counted there. On tickets and messages the
-- wait is the one for the first answer of a human, by the clock.
select
    'wait' as kind,
    'queue' as variant,
    l.leg_key as anchor_key,
    c.person_key,
    c.journey_key,
    c.contact_key,
    l.started_at as occurred_at,
    l.queue_wait_ms as lost_ms,
    false as is_elapsed,
    c.channel,
    coalesce(l.queue, c.queue) as queue,
    'observed' as evidence_class
from legs as l
inner join contacts as c on l.contact_key = c.contact_key
left join place_thresholds as q
    on q.place_kind = 'queue' and coalesce(l.queue, c.queue) = q.place
left join place_thresholds as h on h.place_kind = 'channel' and c.channel = h.place
where
    l.queue_wait_ms >= coalesce(q.wait_ms, h.wait_ms, $wait_ms)
    and not l.is_abandoned
    and c.excluded_rule is null
union all
select
    'wait',
    'first reply',
    c.contact_key,
    c.person_key,
    c.journey_key,
    c.contact_key,
    c.started_at,
    r.first_reply_ms,
    true,
    c.channel,
    c.queue,
    'observed'
from first_replies as r
inner join contacts as c on r.ticket_key = c.contact_key
left join place_thresholds as q on q.place_kind = 'queue' and c.queue = q.place
left join place_thresholds as h on h.place_kind = 'channel' and c.channel = h.place
where
    r.first_reply_ms >= coalesce(q.first_reply_ms, h.first_reply_ms, $first_reply_ms)
    and c.excluded_rule is null
