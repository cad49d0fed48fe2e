-- model: emotion_ends
-- grain: one row per touchpoint that ends a contact, or that a survey speaks of
-- key: touchpoint_key
-- inputs: contacts, touchpoints, measured_emotions
-- per: all
--
-- Where a mood is estimated: at the end of contacts that count.
with ends as (
    select arg_max(t.touchpoint_key, t.touchpoint_no) as touchpoint_key
    from touchpoints as t
    inner join contacts as c on t.contact_key = c.contact_key
    where c.excluded_rule is null
    group by t.contact_key
    union
    select touchpoint_key
    from measured_emotions
)

select
    t.touchpoint_key,
    t.person_key,
    t.journey_key,
    coalesce(t.ended_at, t.started_at) as at,
    c.channel,
    c.reason
from ends as e
inner join touchpoints as t on e.touchpoint_key = t.touchpoint_key
inner join contacts as c on t.contact_key = c.contact_key
where c.excluded_rule is null
