-- model: reasons
-- grain: one row per reason as the sources word it
-- key: reason_raw
-- inputs: calls, tickets, messages, channel_events, reason_settings, stage_settings
-- per: all
--
-- Reasons of different sources meet here. A word without an entry in [reasons] stays itself, is its
-- own family, and is counted as unmapped by `check`.
with worded as (
    select coalesce(contact_reason, disposition) as reason_raw from calls
    union
    select coalesce(contact_reason, contact_reason_2) from tickets
    union
    select contact_reason from messages
    union
    select intent from channel_events
)

select
    w.reason_raw,
    coalesce(r.reason, w.reason_raw) as reason,
    coalesce(r.reason_family, w.reason_raw) as reason_family,
    coalesce(r.stage, s.stage) as stage
from worded as w
left join reason_settings as r on lower(w.reason_raw) = r.word
left join stage_settings as s on lower(w.reason_raw) = s.word
where w.reason_raw is not null
