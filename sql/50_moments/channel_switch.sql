-- into: moments
-- grain: one row per contact on another channel than the one before it in its journey
-- key: kind, anchor_key
-- inputs: channel_switches
-- per: person
--
-- Directed, forced or chosen; from which channel to which, and why, is in channel_switches.
select
    'channel_switch' as kind,
    switch_kind as variant,
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
