-- into: deadlines_found
-- grain: one row per silent solution that nobody followed up in time
-- key: kind, anchor_key, variant
-- inputs: ticket_homes, ticket_resolutions, ticket_marks, touchpoints, staged_surveys, unit_persons, place_thresholds
-- params: aftercare_ms
-- per: person
--
-- A ticket is called solved while the customer's last word is unanswered, and no reply, talk,
-- confirmation or survey reaches them afterwards: they cannot know.
with followups as (
    select h.person_key, m.occurred_at
    from ticket_marks as m
    inner join ticket_homes as h on m.ticket_key = h.ticket_key
    where m.mark in ('reply', 'talk')
    union all
    select person_key, started_at
    from touchpoints
    where step = 'aftercare' and actor <> 'customer'
    union all
    select coalesce(n.person_key, s.response_key), s.invited_at
    from staged_surveys as s
    left join unit_persons as n on s.response_key = n.unit_key
),

silent as (
    select
        m.ticket_key,
        arg_min(m.turn_before, m.mark_no) = 'ours' as is_silent
    from ticket_marks as m
    inner join ticket_resolutions as r
        on m.ticket_key = r.ticket_key and m.occurred_at = r.last_solved_at
    where m.mark = 'solved' and r.is_solved
    group by m.ticket_key
),

solutions as (
    select
        h.ticket_key,
        h.person_key,
        h.journey_key,
        h.contact_key,
        h.channel,
        h.queue,
        h.source,
        r.last_solved_at,
        r.last_solved_at
        + cast(coalesce(q.aftercare_ms, c.aftercare_ms, $aftercare_ms) as double)
        * interval '1 millisecond' as due_at
    from ticket_homes as h
    inner join ticket_resolutions as r on h.ticket_key = r.ticket_key
    inner join silent as s on h.ticket_key = s.ticket_key
    left join place_thresholds as q on q.place_kind = 'queue' and h.queue = q.place
    left join place_thresholds as c on c.place_kind = 'channel' and h.channel = c.place
    where s.is_silent and h.status <> 'merged'
),

followed as (
    select
        s.ticket_key,
        min(f.occurred_at) as ended_at
    from solutions as s
    inner join followups as f on s.person_key = f.person_key and s.last_solved_at <= f.occurred_at
    group by s.ticket_key
)

select
    'missing_aftercare' as kind,
    'silent solution' as variant,
    s.ticket_key as anchor_key,
    s.person_key,
    s.journey_key,
    s.contact_key,
    s.channel,
    s.queue,
    s.source,
    s.last_solved_at as began_at,
    s.due_at,
    f.ended_at,
    cast(date_diff('microsecond', s.last_solved_at, f.ended_at) / 1000 as bigint) as lost_ms,
    true as is_measured,
    'reply' as absence
from solutions as s
left join followed as f on s.ticket_key = f.ticket_key
where f.ended_at is null or f.ended_at > s.due_at
