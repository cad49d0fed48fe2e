-- into: deadlines_found
-- grain: one row per ticket that took, or takes, longer than it may
-- key: kind, anchor_key, variant
-- inputs: ticket_homes, ticket_resolutions, place_thresholds
-- params: resolution_ms
-- per: person
--
-- Full resolution by the clock, METRICS.md section 3. The ticket itself shows it: nothing is absent.
-- One that is solved at no known time is not measured.
with limited as (
    select
        h.*,
        case when r.is_solved then r.last_solved_at end as last_solved_at,
        h.created_at
        + cast(coalesce(q.resolution_ms, c.resolution_ms, $resolution_ms) as double)
        * interval '1 millisecond' as due_at
    from ticket_homes as h
    inner join ticket_resolutions as r on h.ticket_key = r.ticket_key
    left join place_thresholds as q on q.place_kind = 'queue' and h.queue = q.place
    left join place_thresholds as c on c.place_kind = 'channel' and h.channel = c.place
    where h.status <> 'merged' and (r.last_solved_at is not null or not r.is_solved)
)

select
    'long_resolution' as kind,
    case when last_solved_at is null then 'still open' else 'solved late' end as variant,
    ticket_key as anchor_key,
    person_key,
    journey_key,
    contact_key,
    channel,
    queue,
    source,
    created_at as began_at,
    due_at,
    last_solved_at as ended_at,
    cast(date_diff('microsecond', created_at, last_solved_at) / 1000 as bigint) as lost_ms,
    true as is_measured,
    null::varchar as absence
from limited
where last_solved_at is null or last_solved_at > due_at
