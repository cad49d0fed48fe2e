-- model: journey_pieces
-- grain: one row per thread, or per person, day and reason family of self-service, with its journey
-- key: piece_base, piece_day, reason_family
-- inputs: touchpoints_placed, thread_ends
-- params: quiet_window
-- per: person
--
-- Pieces are what must stay together; a journey is the pieces of one person and reason family with
-- no quiet window between them, named by its first piece. Two issues at once have two families, so
-- two journeys. An open ticket keeps its piece open, a closing by the system does not prolong it.
with pieces as (
    select
        piece_base,
        piece_day,
        reason_family,
        case when bool_or(is_in_thread) then piece_base else min(touchpoint_key) end as piece_key,
        min(person_key) as person_key,
        min(started_at) as started_at,
        coalesce(
            max(case when extends_journey then coalesce(ended_at, started_at) end),
            min(started_at)
        ) as ended_at
    from touchpoints_placed
    group by piece_base, piece_day, reason_family
),

extended as (
    select
        p.piece_base,
        p.piece_day,
        p.reason_family,
        p.piece_key,
        p.person_key,
        p.started_at,
        greatest(p.ended_at, coalesce(e.solved_at, p.ended_at)) as ended_at,
        coalesce(e.is_open, false) as is_open
    from pieces as p
    left join thread_ends as e on p.piece_key = e.thread_key
),

islands as (
    select
        *,
        coalesce(
            started_at > max(case when is_open then timestamp '9999-01-01' else ended_at end) over (
                in_order rows between unbounded preceding and 1 preceding
            ) + $quiet_window,
            true
        ) as starts_journey
    from extended
    window in_order as (partition by person_key, reason_family order by started_at, piece_key)
)

select
    piece_base,
    piece_day,
    reason_family,
    piece_key,
    started_at,
    ended_at,
    is_open,
    last_value(case when starts_journey then piece_key end ignore nulls) over (
        partition by person_key, reason_family
        order by started_at, piece_key
        rows between unbounded preceding and current row
    ) as journey_key
from islands
