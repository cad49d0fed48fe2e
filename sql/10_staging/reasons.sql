-- model: reasons
-- grain: one row per reason as the sources word it
-- key: reason_raw
-- inputs: calls, tickets, messages, channel_events, reason_settings, mapped_words
-- per: all
--
-- Reasons of different sources meet here. A word without an entry in [reasons] stays itself, is its
-- own family, and is counted as unmapped by `check`. Its stage is declared for it or its word, else
-- assumed for its word, name or family.
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
    coalesce(
        r.stage, word.own_stage, named.own_stage, family.own_stage,
        word.stage, named.stage, family.stage
    ) as stage
from worded as w
left join reason_settings as r on lower(w.reason_raw) = r.word
left join mapped_words as word on lower(w.reason_raw) = word.word
left join mapped_words as named on lower(r.reason) = named.word
left join mapped_words as family on lower(r.reason_family) = family.word
where w.reason_raw is not null
