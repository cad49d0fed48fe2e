-- into: moments
-- grain: one row per contact that tries again after an abandoned one
-- key: kind, anchor_key
-- inputs: contact_order
-- params: retry_window
-- per: person
--
-- A child of repeat contact: the contact before it, on the same channel within a day, was given up.
select
    'retry_after_abandonment' as kind,
    null::varchar as variant,
    contact_key as anchor_key,
    person_key,
    journey_key,
    contact_key,
    started_at as occurred_at,
    wait_ms as lost_ms,
    false as is_elapsed,
    channel,
    queue,
    'observed' as evidence_class
from contact_order
where
    prev_is_abandoned
    and prev_channel = channel
    and started_at > prev_started_at
    and started_at <= prev_started_at + $retry_window
