-- model: emotion_cells
-- grain: one row per stage, step, kind and instrument of emotions
-- key: stage, step, kind, instrument
-- inputs: emotions, touchpoints
-- params: min_group
-- per: all
-- solve: emotion_cells
--
-- Sums for the mean and its interval, persons as clusters. Whole thousandths: sums of them do not
-- depend on the order of adding.
with by_person as (
    select
        t.stage,
        t.step,
        e.kind,
        e.instrument,
        e.person_key,
        count(*) as touchpoints,
        sum(cast(round(1000 * e.value) as bigint)) as total
    from emotions as e
    inner join touchpoints as t on e.touchpoint_key = t.touchpoint_key
    group by t.stage, t.step, e.kind, e.instrument, e.person_key
),

summed as (
    select
        stage,
        step,
        kind,
        instrument,
        sum(touchpoints)::bigint as touchpoints,
        count(*) as persons,
        sum(total)::bigint as total
    from by_person
    group by stage, step, kind, instrument
    having count(*) >= $min_group
)

select
    cast(s.stage as varchar) as stage,
    cast(s.step as varchar) as step,
    cast(s.kind as varchar) as kind,
    s.instrument,
    s.touchpoints,
    s.persons,
    s.total,
    sum(power(cast(round(
        p.total - cast(s.total as double) * p.touchpoints / nullif(s.touchpoints, 0)
    ) as bigint), 2))::bigint as squares
from summed as s
inner join by_person as p
    on
        s.stage = p.stage
        and s.step = p.step
        and s.kind = p.kind
        and s.instrument = p.instrument
group by s.stage, s.step, s.kind, s.instrument, s.touchpoints, s.persons, s.total
