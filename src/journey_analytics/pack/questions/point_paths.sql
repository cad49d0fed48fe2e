-- The path that most persons hit by a pain point share, where enough do. Its times are medians over
-- all of them, so that it is nobody's own journey.
with marks as (
    select distinct
        m.rank,
        m.journey_key,
        coalesce(
            max(t.touchpoint_key) filter (where t.touchpoint_key = m.anchor_key),
            arg_min(t.touchpoint_key, t.touchpoint_no)
        ) as touchpoint_key
    from point_moments as m
    inner join touchpoints as t
        on
            m.journey_key = t.journey_key
            and (t.touchpoint_key = m.anchor_key or t.contact_key = m.contact_key)
    where m.rank <= $top
    group by m.rank, m.journey_key, m.anchor_key
),

places as (
    select
        p.rank,
        t.journey_key,
        t.person_key,
        t.touchpoint_no,
        t.started_at,
        concat_ws('/', t.step, t.kind, t.actor, t.channel) as token,
        concat_ws('/', t.step, t.actor, t.channel) as place,
        k.touchpoint_key is not null as is_hit
    from shown_points as p
    inner join pain_point_evidence as e on p.pain_point = e.pain_point
    inner join touchpoints as t on e.journey_key = t.journey_key
    left join marks as k
        on p.rank = k.rank and t.journey_key = k.journey_key and t.touchpoint_key = k.touchpoint_key
    -- Changes of a ticket's status are the desk's own bookkeeping, but for its being solved.
    where p.rank <= $top and (t.kind <> 'status_change' or (t.step = 'resolve' and t.actor = 'agent'))
),

-- The same thing several times in a row is one place of the path.
collapsed as (
    select *
    from places
    window in_journey as (partition by rank, journey_key order by touchpoint_no)
    qualify
        lag(place) over in_journey is distinct from place
        or (is_hit and not lag(is_hit) over in_journey)
),

numbered as (
    select
        *,
        row_number() over in_journey as place_no,
        date_diff('microsecond', min(started_at) over in_journey, started_at) / 1000 as since_ms
    from collapsed
    window in_journey as (partition by rank, journey_key order by touchpoint_no)
),

paths as (
    select
        rank,
        journey_key,
        min(person_key) as person_key,
        max(place_no) as places,
        string_agg(token || case when is_hit then '!' else '' end, '>' order by place_no) as path
    from numbered
    group by rank, journey_key
),

shared as (
    select
        rank,
        path,
        min(places) as places,
        count(distinct person_key) as persons
    from paths
    where places between 2 and 12
    group by rank, path
    having count(distinct person_key) >= $min_group
    qualify row_number() over (partition by rank order by count(distinct person_key) desc, path) = 1
)

select
    concat_ws('/', n.rank, n.place_no) as key,
    n.rank,
    n.place_no,
    min(n.token) as token,
    bool_or(n.is_hit) as is_hit,
    median(n.since_ms) as since_ms,
    min(s.persons) as persons
from shared as s
inner join paths as p on s.rank = p.rank and s.path = p.path
inner join numbered as n on p.rank = n.rank and p.journey_key = n.journey_key
group by n.rank, n.place_no
order by n.rank, n.place_no
