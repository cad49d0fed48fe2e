-- into: moments
-- grain: one row per transfer that goes back to where the one before it came from
-- key: kind, anchor_key
-- inputs: transfers
-- per: person
--
-- A child of transfer: A to B to A is two transfers and one ping-pong, dated at the second.
select
    'ping_pong' as kind,
    t.variant,
    t.anchor_key,
    t.person_key,
    t.journey_key,
    t.contact_key,
    t.occurred_at,
    t.lost_ms,
    t.is_elapsed,
    t.channel,
    t.queue,
    'observed' as evidence_class
from transfers as t
where t.is_return
