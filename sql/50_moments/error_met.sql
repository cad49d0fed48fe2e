-- into: moments
-- grain: one row per error a customer met in self-service
-- key: kind, anchor_key
-- inputs: touchpoints
-- per: person
--
-- Self-service can hurt too; the place is what the source calls the error. What it costs in time is not measured; contacts that follow it are its
-- knock-on.
select
    'error_met' as kind,
    null::varchar as variant,
    touchpoint_key as anchor_key,
    person_key,
    journey_key,
    contact_key,
    started_at as occurred_at,
    null::bigint as lost_ms,
    false as is_elapsed,
    channel,
    activity as queue,
    'observed' as evidence_class
from touchpoints
where kind = 'error'
