-- The service blueprint of the worst pain points, from the journeys they hit: by step what customers
-- do, whom or what they meet in front, and what works behind it. One journey can do several things.
-- Teams and queues are as sources name them; persons who work there are nobody's business here.
with hit as (
    select p.rank, e.journey_key, e.person_key
    from shown_points as p
    inner join pain_point_evidence as e on p.pain_point = e.pain_point
    where p.rank <= $top
),

seen as (
    select
        h.rank,
        h.journey_key,
        h.person_key,
        t.step::varchar as step,
        t.kind::varchar as kind,
        t.actor::varchar as actor,
        t.channel::varchar as channel,
        t.source::varchar as source,
        t.queue::varchar as queue,
        w.team
    from hit as h
    inner join touchpoints as t on h.journey_key = t.journey_key
    left join contact_work as w on t.contact_key = w.contact_key
),

-- A call holds its wait and its transfers, so they are told by contact and moment.
asked as (
    select
        h.rank,
        h.journey_key,
        h.person_key,
        unnest(case when c.wait_ms > 0 then ['reach', 'wait'] else ['reach'] end) as step,
        c.queue::varchar as queue,
        c.source::varchar as source
    from hit as h
    inner join counted_contacts as c on h.journey_key = c.journey_key
),

passed_on as (
    select h.rank, h.journey_key, h.person_key, m.queue::varchar as queue, c.source::varchar as source
    from hit as h
    inner join moments as m on h.journey_key = m.journey_key
    left join contacts as c on m.contact_key = c.contact_key
    where m.kind = 'transfer'
),

cells as (
    select h.rank, h.journey_key, h.person_key, p.step, 'customer' as lane, 'doing' as kind, p.doing as name
    from hit as h
    inner join passing as p on h.journey_key = p.journey_key
    where p.doing is not null
    union all
    select rank, journey_key, person_key, step, 'front',
        case when actor = 'agent' then 'team' when actor = 'bot' then 'bot' else 'automatic' end,
        case when actor = 'agent' then coalesce(team, queue, '') else channel end
    from seen
    where
        actor in ('agent', 'bot', 'system') and step <> 'search'
        and kind not in ('status_change', 'handoff', 'ticket_opened')
    union all
    select rank, journey_key, person_key, step, 'back', 'queue', queue from asked where step = 'wait'
    union all
    select rank, journey_key, person_key, step, 'back',
        case when kind = 'handoff' then 'handoff' when kind = 'status_change' then 'status' else 'queue' end,
        case when kind = 'status_change' then actor else queue end
    from seen
    where kind = 'status_change' or queue is not null
    union all
    select rank, journey_key, person_key, 'hand_over', 'back', 'from', queue from passed_on
    union all
    select rank, journey_key, person_key, step, 'system', 'source', source from seen
    union all
    select rank, journey_key, person_key, step, 'system', 'source', source from asked
    union all
    select rank, journey_key, person_key, 'hand_over', 'system', 'source', source from passed_on
)

select
    concat_ws('/', rank, step, lane, kind, name) as key,
    rank,
    step,
    lane,
    kind,
    name,
    count(distinct journey_key) as journeys
from cells
where name <> ''
group by all
having count(distinct person_key) >= $min_group
order by rank, step, lane, journeys desc, key
