-- model: pain_point_totals
-- grain: one row per reason, channel, queue, kind of moment or persona that ranked pain points share
-- key: dimension, value
-- inputs: pain_points, pain_point_evidence, person_personas
-- params: min_group
-- per: all
-- published: Burden by reason, channel, queue, kind and persona, nothing counted twice: each journey once, with the worst pain point that hit it there.
--
-- Rows of one dimension still overlap where a journey was hit at two channels, queues or kinds. Only
-- reasons and personas add up: a journey has one of each.
with hit as (
    select
        e.journey_key,
        e.person_key,
        cast(p.reason as varchar) as reason,
        cast(p.channel as varchar) as channel,
        cast(p.queue as varchar) as queue,
        cast(p.kind as varchar) as kind,
        coalesce(n.persona, 'no persona') as persona,
        p.pain_point,
        cast(round(1000000 * p.burden / nullif(p.journeys_hit, 0)) as bigint) as millionths
    from pain_points as p
    inner join pain_point_evidence as e on p.pain_point = e.pain_point
    left join person_personas as n on e.person_key = n.person_key
    where p.rank is not null
),

by_dimension as (
    select 'reason' as dimension, reason as value, journey_key, person_key, pain_point, millionths from hit
    union all
    select 'channel', channel, journey_key, person_key, pain_point, millionths from hit
    union all
    select 'queue', queue, journey_key, person_key, pain_point, millionths from hit
    union all
    select 'kind', kind, journey_key, person_key, pain_point, millionths from hit
    union all
    select 'persona', persona, journey_key, person_key, pain_point, millionths from hit
),

worst as (
    select
        dimension,
        value,
        journey_key,
        min(person_key) as person_key,
        max(millionths) as millionths
    from by_dimension
    group by dimension, value, journey_key
),

points as (
    select dimension, value, count(distinct pain_point) as pain_points from by_dimension group by dimension, value
)

select
    w.dimension, -- reason, channel, queue, kind, persona
    w.value, -- which one
    min(p.pain_points) as pain_points, -- ranked pain points there
    count(*) as journeys_hit, -- journeys that any of them hit
    count(distinct w.person_key) as persons_hit, -- persons that any of them hit
    sum(w.millionths)::bigint / 1000000 as burden -- score points or hours lost, each journey with its worst pain point only
from worst as w
inner join points as p on w.dimension = p.dimension and w.value = p.value
group by w.dimension, w.value
having count(distinct w.person_key) >= $min_group
