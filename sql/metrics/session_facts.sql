-- model: session_facts
-- grain: one row per automated session: a bot's conversation, or a call's time in the IVR
-- key: unit_key
-- inputs: touchpoints
-- per: all
--
-- A session is automated when a bot or an IVR acts in it. A human may come in within the session,
-- or after it: the next touchpoint of an agent with the same person, and about the same reason.
with marked as (
    select
        session_key,
        touchpoint_key,
        touchpoint_no,
        person_key,
        journey_key,
        started_at,
        coalesce(ended_at, started_at) as ended_at,
        channel,
        source,
        reason,
        reason_family,
        stage,
        actor = 'bot'
        or channel = 'bot'
        or cast(kind as varchar) in ('bot_message', 'bot_fallback', 'bot_handoff', 'ivr_node')
        or (kind = 'leg' and actor = 'system') as is_automated,
        actor = 'agent' as is_human
    from touchpoints
),

sessions_found as (
    select
        session_key,
        min(person_key) as person_key,
        arg_min(journey_key, touchpoint_no) filter (where is_automated) as journey_key,
        arg_min(channel, touchpoint_no) filter (where is_automated) as channel,
        arg_min(source, touchpoint_no) filter (where is_automated) as source,
        arg_min(reason, touchpoint_no) filter (where is_automated) as reason,
        arg_min(reason_family, touchpoint_no) filter (where is_automated) as reason_family,
        arg_min(stage, touchpoint_no) filter (where is_automated) as stage,
        min(started_at) filter (where is_automated) as started_at,
        max(ended_at) as ended_at,
        bool_or(is_human) as has_human
    from marked
    group by session_key
    having bool_or(is_automated)
),

points as (
    select
        person_key,
        reason,
        ended_at as occurred_at,
        session_key as point_key,
        null::timestamp as human_at
    from sessions_found
    union all
    select
        person_key,
        reason,
        started_at,
        touchpoint_key,
        started_at
    from marked
    where is_human
),

followed as (
    select
        point_key,
        human_at,
        min(human_at) over (
            partition by person_key order by occurred_at
            range between interval 1 microsecond following and unbounded following
        ) as next_human_at,
        min(human_at) over (
            partition by person_key, reason order by occurred_at
            range between interval 1 microsecond following and unbounded following
        ) as next_same_reason_at
    from points
)

select
    s.session_key as unit_key,
    s.person_key,
    s.journey_key,
    s.source,
    s.channel,
    s.reason,
    s.reason_family,
    s.stage,
    s.started_at,
    s.ended_at,
    s.has_human,
    f.next_human_at,
    f.next_same_reason_at,
    null::varchar as excluded_rule
from sessions_found as s
inner join followed as f on s.session_key = f.point_key and f.human_at is null
