-- into: moments
-- grain: one row per contact that follows another of the same person and reason family in time
-- key: kind, anchor_key
-- inputs: contact_order
-- params: repeat_window
-- per: person
--
-- METRICS.md section 1, the variant "same reason family": 0 < gap <= window. An answer to a question
-- of ours is a contact and no repeat. What the customer loses is the whole contact that should not
-- have been needed: its wait, talk and hold.
select
    'repeat_contact' as kind,
    null::varchar as variant,
    contact_key as anchor_key,
    person_key,
    journey_key,
    contact_key,
    started_at as occurred_at,
    case
        when coalesce(wait_ms, talk_ms, hold_ms) is not null
            then coalesce(wait_ms, 0) + coalesce(talk_ms, 0) + coalesce(hold_ms, 0)
    end as lost_ms,
    false as is_elapsed,
    channel,
    queue,
    'observed' as evidence_class
from contact_order
where last_earlier_at >= started_at - $repeat_window
