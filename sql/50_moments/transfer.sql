-- into: moments
-- grain: one row per leg that ended in a transfer, and per change of a ticket's queue
-- key: kind, anchor_key
-- inputs: transfers
-- per: person
--
-- A to B to A is two transfers. The queue named is the one the customer was sent away from.
select
    'transfer' as kind,
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
