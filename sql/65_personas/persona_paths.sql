-- model: persona_paths
-- grain: one row per persona or segment, and place of the path that most of its persons share
-- key: group_kind, persona, place_no
-- inputs: persona_members, touchpoints, contacts
-- params: min_group
-- per: all
-- published: An example journey of each persona and segment: the path that most of its persons share, where enough do. Times are medians over all of them, rounded: it is nobody's own journey.
with places as (
    select
        t.journey_key,
        t.person_key,
        t.touchpoint_no,
        t.started_at,
        cast(t.step as varchar) as step,
        cast(t.actor as varchar) as actor,
        cast(t.channel as varchar) as channel
    from touchpoints as t
    where
        t.person_key in (select m.person_key from persona_members as m)
        and t.journey_key in (select c.journey_key from contacts as c where c.excluded_rule is null)
        -- Changes of a ticket's status are the desk's own bookkeeping, but for its being solved.
        and (
            cast(t.kind as varchar) <> 'status_change'
            or (cast(t.step as varchar) = 'resolve' and cast(t.actor as varchar) = 'agent')
        )
),

-- The same thing several times in a row is one place of the path.
collapsed as (
    select *
    from places
    qualify
        lag(concat_ws('/', step, actor, channel)) over (partition by journey_key order by touchpoint_no)
        is distinct from concat_ws('/', step, actor, channel)
),

numbered as (
    select
        *,
        row_number() over in_journey as place_no,
        date_diff('microsecond', min(started_at) over in_journey, started_at) / 60000000 as since_minutes
    from collapsed
    window in_journey as (partition by journey_key order by touchpoint_no)
),

paths as (
    select
        journey_key,
        min(person_key) as person_key,
        string_agg(concat_ws('/', step, actor, channel), '>' order by place_no) as path
    from numbered
    group by journey_key
    having max(place_no) between 2 and 12
),

shared as (
    select
        m.group_kind,
        m.persona,
        p.path,
        count(distinct m.person_key) as persons
    from paths as p
    inner join persona_members as m on p.person_key = m.person_key
    group by m.group_kind, m.persona, p.path
    having count(distinct m.person_key) >= $min_group
    qualify
        row_number() over (
            partition by m.group_kind, m.persona order by count(distinct m.person_key) desc, p.path
        ) = 1
)

select
    s.group_kind, -- persona, segment
    s.persona, -- which (personas)
    n.place_no::integer as place_no, -- place in the path, from 1
    min(n.step) as step, -- what the customer is doing
    min(n.actor) as actor, -- who acts
    min(n.channel) as channel, -- where
    case
        when median(n.since_minutes) < 60 then round(median(n.since_minutes))
        when median(n.since_minutes) < 1440 then round(median(n.since_minutes) / 60) * 60
        else round(median(n.since_minutes) / 1440) * 1440
    end as since_minutes, -- minutes since the path began, median, rounded to minutes, hours or days
    min(s.persons)::integer as persons -- persons of the group who share the whole path
from shared as s
inner join paths as p on s.path = p.path
inner join persona_members as m
    on s.group_kind = m.group_kind and s.persona = m.persona and p.person_key = m.person_key
inner join numbered as n on p.journey_key = n.journey_key
group by s.group_kind, s.persona, n.place_no
