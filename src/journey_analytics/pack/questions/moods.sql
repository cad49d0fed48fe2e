-- Mean mood by step, all stages together, with an interval that counts persons and not touchpoints
-- (sandwich estimator of a mean in clusters). Kinds and instruments are never pooled. Of each
-- kind only the instrument with most touchpoints.
with moods as (
    select t.step::varchar as step, e.kind, e.instrument, e.person_key, e.value
    from emotions as e
    inner join touchpoints as t on e.touchpoint_key = t.touchpoint_key
    inner join known_journeys as j on e.journey_key = j.journey_key
),

by_person as (
    select step, kind, instrument, person_key, count(*) as n, round(sum(value), 6) as total
    from moods
    group by all
),

means as (
    select
        step,
        kind,
        instrument,
        sum(n)::bigint as touchpoints,
        count(*) as persons,
        round(sum(total), 6) / sum(n) as mean
    from by_person
    group by step, kind, instrument
    having count(*) >= $min_group
),

spreads as (
    select
        p.step,
        p.kind,
        p.instrument,
        sqrt(round(sum(power(p.total - p.n * m.mean, 2)), 6) * m.persons / (m.persons - 1))
        / m.touchpoints as error
    from by_person as p
    inner join means as m on p.step = m.step and p.kind = m.kind and p.instrument = m.instrument
    group by p.step, p.kind, p.instrument, m.persons, m.touchpoints
),

chosen as (
    select kind, arg_max(instrument, (touchpoints, instrument)) as instrument
    from (select kind, instrument, sum(touchpoints) as touchpoints from means group by all)
    group by kind
)

select
    concat_ws('/', m.step, m.kind, m.instrument) as key,
    m.step,
    m.kind,
    m.instrument,
    m.touchpoints,
    m.persons,
    m.mean,
    m.mean - 1.959964 * s.error as mean_low,
    m.mean + 1.959964 * s.error as mean_high
from means as m
inner join chosen as c on m.kind = c.kind and m.instrument = c.instrument
inner join spreads as s on m.step = s.step and m.kind = s.kind and m.instrument = s.instrument
order by m.kind, m.step
