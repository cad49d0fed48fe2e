-- model: future_journeys
-- grain: one row per constraint of the future state and journey it can be judged on
-- key: constraint_no, journey_key
-- inputs: future_constraints, pain_point_facts, journeys, contacts, touchpoints, moments
-- params: as_of, quiet_window
-- per: all
--
-- Whether today's journeys would meet what the future state asks for. Each is judged once its time
-- has run out, whatever became of it: neither the quick nor the slow are over-represented.
with ours as (
    select
        c.journey_key,
        min(c.started_at) as asked_at
    from contacts as c
    where
        c.contact_kind = 'ticket' and c.excluded_rule is null
        and cast(c.channel as varchar) not in ('voice', 'chat', 'in_person')
    group by c.journey_key
),

confirmed as (
    select
        o.journey_key,
        min(o.asked_at) as asked_at,
        min(t.started_at) as confirmed_at
    from ours as o
    left join touchpoints as t
        on
            o.journey_key = t.journey_key
            and o.asked_at <= t.started_at
            and (
                cast(t.kind as varchar) = 'confirmation'
                or (cast(t.kind as varchar) = 'message' and cast(t.actor as varchar) <> 'customer')
            )
    group by o.journey_key
),

answered as (
    select
        journey_key,
        max(wait_ms) as wait_ms,
        bool_or(is_abandoned) as is_abandoned
    from contacts
    where excluded_rule is null and wait_ms is not null
    group by journey_key
),

counted as (
    select
        cast(kind as varchar) as kind,
        journey_key,
        count(*) as moments
    from moments
    group by kind, journey_key
),

begun as (
    select
        journey_key,
        min(started_at) as began_at
    from contacts
    where excluded_rule is null
    group by journey_key
),

judged as (
    select
        f.constraint_no,
        a.journey_key,
        a.is_abandoned or a.wait_ms > f.limit_ms as is_failing
    from future_constraints as f
    cross join answered as a
    where f.measure = 'answer'
    union all
    select
        f.constraint_no,
        c.journey_key,
        coalesce(date_diff('microsecond', c.asked_at, c.confirmed_at) / 1000 > f.limit_ms, true)
    from future_constraints as f
    cross join confirmed as c
    where
        f.measure = 'confirmation'
        and date_diff('microsecond', c.asked_at, $as_of) / 1000 >= f.limit_ms
    union all
    select
        f.constraint_no,
        j.journey_key,
        j.journey_status = 'given_up' or j.status_rule = 'a ticket is open'
        or date_diff('microsecond', b.began_at, j.ended_at) / 1000 > f.limit_ms
    from future_constraints as f
    cross join begun as b
    inner join journeys as j on b.journey_key = j.journey_key
    where
        f.measure = 'resolution'
        and date_diff('microsecond', b.began_at, $as_of - $quiet_window) / 1000 >= f.limit_ms
    union all
    select
        f.constraint_no,
        j.journey_key,
        coalesce(c.moments, 0) > f.at_most
    from future_constraints as f
    cross join begun as b
    inner join journeys as j on b.journey_key = j.journey_key
    left join counted as c on f.kind = c.kind and j.journey_key = c.journey_key
    where f.measure = 'moment' and j.started_at + $quiet_window <= $as_of
)

select
    g.constraint_no,
    g.journey_key,
    f.person_key,
    f.reason,
    f.entry_channel,
    f.entry_queue,
    g.is_failing
from judged as g
inner join pain_point_facts as f on g.journey_key = f.journey_key and f.fact = 'journey'
