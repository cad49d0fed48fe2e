-- model: future_checks
-- grain: one row per constraint of the future state, over all journeys and by part of them
-- key: constraint_no, dimension, value
-- inputs: future_constraints, future_parts, blind_kinds, touchpoints
-- per: all
-- published: What the future state asks for, held against today's journeys: the share that would fail, and where.
--
-- docs/beliefs.md.
with untold as (
    select f.constraint_no, min(k.because) as because
    from future_constraints as f
    inner join blind_kinds as k
        on
            (f.measure = 'moment' and f.kind = k.kind)
            or (f.measure = 'answer' and k.kind = 'wait' and k.variant = 'queue')
    group by f.constraint_no
    union all
    select f.constraint_no, 'no source would have shown our word'
    from future_constraints as f
    where
        f.measure = 'confirmation'
        and (
            select count(*)
            from touchpoints
            where
                cast(kind as varchar) = 'confirmation'
                or (cast(kind as varchar) = 'message' and cast(actor as varchar) <> 'customer')
        ) = 0
),

listed as (
    select constraint_no, 'all' as dimension, 'all' as value from future_constraints
    union all
    select constraint_no, dimension, value from future_parts where dimension <> 'all'
)

select
    f.constraint_no, -- its place in future.toml
    f.name, -- the constraint in its author's words
    f.measure, -- answer, confirmation, resolution (times), or moment (how many)
    f.kind, -- kind of moment that is counted; empty: a time
    f.limit_ms, -- longest time allowed, milliseconds; empty: a count
    f.at_most, -- most of them allowed; empty: a time
    l.dimension, -- all, reason, channel or queue (the first ones of the journey)
    l.value, -- which one
    s.journeys, -- journeys it can be judged on; empty: not shown, or not known
    s.journeys_failing, -- those that would fail it
    s.persons, -- persons whose journeys these are
    s.persons_failing, -- persons with one that would fail
    s.share, -- share of journeys that would fail
    round(
        (s.share * s.told_by + 1.92073 - 1.959964 * sqrt(s.share * (1 - s.share) * s.told_by + 0.960365))
        / nullif(s.told_by + 3.84146, 0), 6
    ) + 0.0 as share_low, -- its 95 % Wilson interval with persons as clusters, lower end
    round(
        (s.share * s.told_by + 1.92073 + 1.959964 * sqrt(s.share * (1 - s.share) * s.told_by + 0.960365))
        / nullif(s.told_by + 3.84146, 0), 6
    ) as share_high, -- upper end
    case
        when u.because is not null then concat('blind: ', u.because)
        when s.journeys is null then 'too few persons'
    end as untested_because -- why there is no share; empty: there is
from listed as l
inner join future_constraints as f on l.constraint_no = f.constraint_no
left join untold as u on f.constraint_no = u.constraint_no
left join future_parts as s
    on l.constraint_no = s.constraint_no and l.dimension = s.dimension and l.value = s.value and u.because is null
where l.dimension = 'all' or u.because is null
