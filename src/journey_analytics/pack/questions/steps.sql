-- Who passes through each step. A touchpoint lies in one step. Besides, getting in touch is reach,
-- a measured time in a queue is wait and a transfer is hand over, even where the source folds them
-- into one call.
with passing as (
    select t.step::varchar as step, t.journey_key, 1 as touchpoints
    from touchpoints as t
    union all
    select 'reach', journey_key, 0 from counted_contacts
    union all
    select 'wait', journey_key, 0 from counted_contacts where wait_ms > 0
    union all
    select 'hand_over', journey_key, 0 from moments where kind = 'transfer'
)

select
    p.step as key,
    p.step,
    sum(p.touchpoints)::bigint as touchpoints,
    count(distinct p.journey_key) as journeys,
    count(distinct j.person_key) as persons
from passing as p
inner join known_journeys as j on p.journey_key = j.journey_key
group by p.step
order by p.step
