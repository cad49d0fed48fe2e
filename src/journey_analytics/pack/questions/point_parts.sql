-- Of which: kinds declared as a part of the kind, in the same journeys and at the same place, and
-- finer variants of the kind itself.
select
    concat_ws('/', p.rank, m.kind) as key,
    p.rank,
    m.kind::varchar as word,
    'child' as relation,
    count(distinct m.journey_key) as size,
    count(distinct m.person_key) as persons
from shown_points as p
inner join pain_point_evidence as e on p.pain_point = e.pain_point
inner join moments as m
    on
        e.journey_key = m.journey_key
        and p.channel = m.channel
        and p.queue = coalesce(m.queue, 'no queue')
inner join moment_kinds as k on m.kind = k.kind and p.kind = k.parent_kind
where p.rank <= $top
group by p.rank, m.kind
union all
select
    concat_ws('/', rank, variant),
    rank,
    variant,
    'variant',
    count(distinct journey_key),
    count(distinct person_key)
from point_moments
where rank <= $top and variant is not null
group by rank, variant
order by rank, relation, size desc, key
