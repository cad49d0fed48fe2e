-- into: moments
-- grain: one row per contact on another channel because the one before did not work
-- key: kind, anchor_key
-- inputs: channel_switches
-- per: person
--
-- A child of channel switch: the customer gave up, met no human, or found the door closed.
select
    'forced_switch' as kind,
    cause as variant,
    contact_key as anchor_key,
    person_key,
    journey_key,
    contact_key,
    occurred_at,
    null::bigint as lost_ms,
    false as is_elapsed,
    to_channel as channel,
    queue,
    'observed' as evidence_class
from channel_switches
where switch_kind = 'forced'
