-- into: moments
-- grain: one row per contact on another channel than the one before it in its journey
-- key: kind, anchor_key
-- inputs: contact_order
-- params: repeat_window
-- per: person
--
-- Forced: the earlier contact was abandoned or found the door closed; else chosen.
select
    'channel_switch' as kind,
    case when prev_is_abandoned or prev_is_out_of_hours then 'forced' else 'chosen' end as variant,
    contact_key as anchor_key,
    person_key,
    journey_key,
    contact_key,
    started_at as occurred_at,
    null::bigint as lost_ms,
    false as is_elapsed,
    channel,
    queue,
    'observed' as evidence_class
from contact_order
where
    prev_journey_key = journey_key
    and prev_channel <> channel
    and started_at <= prev_started_at + $repeat_window
