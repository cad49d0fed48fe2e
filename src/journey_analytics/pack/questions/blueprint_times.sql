-- When the journeys that a pain point hit reach each step, and how long after the step before it: the
-- median over those that pass both. Steps that few of them pass are no column.
with hit as (
    select p.rank, e.journey_key, e.person_key, p.journeys_hit
    from shown_points as p
    inner join pain_point_evidence as e on p.pain_point = e.pain_point
    where p.rank <= $top
),

reached as (
    -- Someone is there only after the wait, which a call's leg holds.
    select t.journey_key, t.step::varchar as step,
        case when t.step = 'handle' and c.wait_ms > 0
            then greatest(t.started_at, c.started_at + to_milliseconds(c.wait_ms)) else t.started_at end as at
    from touchpoints as t
    left join contacts as c on t.contact_key = c.contact_key
    union all
    select journey_key, 'reach', started_at from counted_contacts
    union all
    select journey_key, 'wait', started_at from counted_contacts where wait_ms > 0
    union all
    select journey_key, 'hand_over', occurred_at from moments where kind = 'transfer'
),

firsts as (
    select h.rank, h.journey_key, min(h.person_key) as person_key, min(h.journeys_hit) as journeys_hit,
        r.step, min(r.at) as at
    from hit as h
    inner join reached as r on h.journey_key = r.journey_key
    group by h.rank, h.journey_key, r.step
),

columns as (
    select rank, step, count(*) as journeys, min(journeys_hit) as journeys_hit,
        list_position(['search', 'reach', 'wait', 'handle', 'hand_over', 'resolve', 'aftercare'], step) as step_no
    from firsts
    group by rank, step
    having count(distinct person_key) >= $min_group and 10 * count(*) >= min(journeys_hit)
),

pairs as (
    select *, lag(step) over (partition by rank order by step_no) as step_before from columns
),

between_steps as (
    select
        p.rank,
        p.step,
        count(*) as told_by,
        count(distinct f.person_key) as persons,
        list(date_diff('microsecond', b.at, f.at) / 1000 order by f.at - b.at, f.journey_key) as spans
    from pairs as p
    inner join firsts as f on p.rank = f.rank and p.step = f.step
    inner join firsts as b on p.rank = b.rank and p.step_before = b.step and f.journey_key = b.journey_key
    where f.at >= b.at
    group by p.rank, p.step
)

select
    concat_ws('/', p.rank, p.step) as key,
    p.rank,
    p.step,
    p.journeys,
    p.journeys_hit,
    case when s.persons >= $min_group then s.told_by end as told_by,
    case when s.persons >= $min_group then list_median(s.spans) end as after_ms,
    case when s.persons >= $min_group then median_low(s.spans) end as after_ms_low,
    case when s.persons >= $min_group then median_high(s.spans) end as after_ms_high
from pairs as p
left join between_steps as s on p.rank = s.rank and p.step = s.step
order by p.rank, p.step_no
