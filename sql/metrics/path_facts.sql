-- model: path_facts
-- grain: one row per step from one activity of a journey to the next, with its start and end
-- key: unit_key
-- inputs: touchpoints, journeys, journey_origins, persons
-- per: all
--
-- An activity is the source's own word for an event, else the kind of touchpoint with the step it is
-- in. Each journey begins at 'start' and ends at 'end', so one of n touchpoints has n + 1 steps.
with named as (
    select
        t.touchpoint_key,
        t.person_key,
        t.journey_key,
        t.touchpoint_no,
        t.started_at,
        coalesce(t.activity, concat_ws(' ', cast(t.kind as varchar), cast(t.step as varchar)))
            as activity
    from touchpoints as t
),

stepped as (
    select
        *,
        lag(activity) over in_order as before,
        lead(activity) over in_order is null as is_last
    from named
    window in_order as (partition by journey_key order by touchpoint_no)
),

steps as (
    select
        touchpoint_key,
        journey_key,
        started_at,
        coalesce(before, 'start') as from_activity,
        activity as to_activity
    from stepped
    union all
    select
        touchpoint_key,
        journey_key,
        started_at,
        activity,
        'end'
    from stepped
    where is_last
)

select
    s.touchpoint_key as unit_key,
    j.person_key,
    j.journey_key,
    i.source,
    j.entry_channel as channel,
    i.queue,
    i.team,
    j.reason,
    j.reason_family,
    j.stage,
    s.started_at,
    s.from_activity,
    s.to_activity,
    case
        when p.person_kind = 'anonymous' then 'anonymous visitor'
        when not j.is_customers then 'the customer did nothing in it'
    end as excluded_rule
from steps as s
inner join journeys as j on s.journey_key = j.journey_key
inner join persons as p on j.person_key = p.person_key
left join journey_origins as i on j.journey_key = i.journey_key
