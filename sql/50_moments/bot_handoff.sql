-- into: moments
-- grain: one row per time a bot gave up and a human took over
-- key: kind, anchor_key
-- inputs: touchpoints, legs, contacts
-- per: person
--
-- Containment failed: the bot's own event says so, or in a call a bot's leg is followed by a queue or
-- a human. What it costs is the time with the bot that did not help.
with visits as (
    select
        session_key,
        min(started_at) as began_at
    from touchpoints
    where kind in ('bot_message', 'bot_fallback', 'bot_handoff')
    group by session_key
),

bot_legs as (
    select
        leg_key,
        contact_key,
        leg_no,
        leg_kind,
        started_at,
        ended_at,
        queue,
        lead(leg_kind) over (partition by contact_key order by leg_no) as next_leg_kind
    from legs
)

select
    'bot_handoff' as kind,
    null::varchar as variant,
    t.touchpoint_key as anchor_key,
    t.person_key,
    t.journey_key,
    t.contact_key,
    t.started_at as occurred_at,
    cast(date_diff('microsecond', v.began_at, t.started_at) / 1000 as bigint) as lost_ms,
    false as is_elapsed,
    t.channel,
    t.queue,
    'observed' as evidence_class
from touchpoints as t
inner join visits as v on t.session_key = v.session_key
where t.kind = 'bot_handoff'
union all
select
    'bot_handoff',
    null,
    b.leg_key,
    c.person_key,
    c.journey_key,
    c.contact_key,
    coalesce(b.ended_at, b.started_at),
    cast(date_diff('microsecond', b.started_at, b.ended_at) / 1000 as bigint),
    false,
    c.channel,
    c.queue,
    'observed'
from bot_legs as b
inner join contacts as c on b.contact_key = c.contact_key
where b.leg_kind = 'bot' and b.next_leg_kind in ('queue', 'agent') and c.excluded_rule is null
