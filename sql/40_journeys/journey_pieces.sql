-- model: journey_pieces
-- grain: one row per thread, or per session and reason family of self-service, with its journey
-- key: piece_key, reason_family
-- inputs: touchpoints_ordered, thread_ends
-- params: quiet_window
-- per: person
--
-- Pieces are what must stay together; a journey is the pieces of one person and reason family with
-- no quiet window between them. Two issues at once have two families, so two journeys. An open
-- ticket keeps its piece open, a closing by the system does not prolong it.
with pieces as (
    select
        coalesce(thread_key, session_key) as piece_key,
        reason_family,
        min(person_key) as person_key,
        min(started_at) as started_at,
        coalesce(
            max(coalesce(ended_at, started_at)) filter (where extends_journey), min(started_at)
        ) as ended_at,
        arg_min(touchpoint_key, touchpoint_no) as first_touchpoint_key
    from touchpoints_ordered
    group by coalesce(thread_key, session_key), reason_family
),

extended as (
    select
        p.piece_key,
        p.reason_family,
        p.person_key,
        p.started_at,
        greatest(p.ended_at, coalesce(e.open_until, p.ended_at)) as ended_at,
        p.first_touchpoint_key
    from pieces as p
    left join thread_ends as e on p.piece_key = e.thread_key
),

islands as (
    select
        *,
        coalesce(
            started_at > max(ended_at) over (
                in_order rows between unbounded preceding and 1 preceding
            ) + $quiet_window,
            true
        ) as starts_journey
    from extended
    window in_order as (
        partition by person_key, reason_family order by started_at, first_touchpoint_key
    )
)

select
    piece_key,
    reason_family,
    person_key,
    started_at,
    ended_at,
    last_value(case when starts_journey then first_touchpoint_key end ignore nulls) over (
        partition by person_key, reason_family
        order by started_at, first_touchpoint_key
        rows between unbounded preceding and current row
    ) as journey_key
from islands
