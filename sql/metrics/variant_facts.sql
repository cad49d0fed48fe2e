-- model: variant_facts
-- grain: one row per journey, with its path
-- key: unit_key
-- inputs: touchpoints, journeys, journey_origins, persons
-- per: all
--
-- A path is the order of a journey's activities, named as in path_facts. Journeys of the same path
-- are one variant.
with paths as (
    select
        journey_key,
        string_agg(
            coalesce(activity, concat_ws(' ', cast(kind as varchar), cast(step as varchar))),
            ' > ' order by touchpoint_no
        ) as path
    from touchpoints
    group by journey_key
)

select
    j.journey_key as unit_key,
    j.person_key,
    j.journey_key,
    i.source,
    j.entry_channel as channel,
    i.queue,
    i.team,
    j.reason,
    j.reason_family,
    j.stage,
    j.started_at,
    a.path,
    case
        when p.person_kind = 'anonymous' then 'anonymous visitor'
        when not j.is_customers then 'the customer did nothing in it'
    end as excluded_rule
from journeys as j
inner join paths as a on j.journey_key = a.journey_key
inner join persons as p on j.person_key = p.person_key
left join journey_origins as i on j.journey_key = i.journey_key
