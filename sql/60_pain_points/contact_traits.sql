-- model: contact_traits
-- grain: one row per contact and trait it has
-- key: contact_key, trait
-- inputs: pain_point_contacts, contact_work, touchpoints
-- params: timezone
-- per: all
--
-- When it began by the clock on the wall (of the contact's calendar, else of the project), who had it
-- last, and what the customer did or saw right before it in the journey.
with begun as (
    select
        n.contact_key,
        n.team,
        (n.started_at at time zone 'UTC') at time zone coalesce(w.timezone, $timezone) as began_at
    from pain_point_contacts as n
    left join contact_work as w on n.contact_key = w.contact_key
),

steps as (
    select
        contact_key,
        lag(cast(step as varchar)) over in_order as step_before,
        lag(case when kind in ('page_view', 'help_view', 'search', 'error') then activity end)
            over in_order as page_before,
        row_number() over (partition by contact_key order by touchpoint_no) as touchpoint_of_contact
    from touchpoints
    window in_order as (partition by journey_key order by touchpoint_no)
)

select contact_key, 'hour' as trait, cast(extract(hour from began_at) as varchar) as value from begun
union all
select
    contact_key,
    'weekday',
    cast(1 + date_diff('day', cast(date_trunc('week', began_at) as date), cast(began_at as date)) as varchar)
from begun
union all
select contact_key, 'team', cast(team as varchar) from begun where team is not null
union all
select contact_key, 'step before', step_before from steps
where touchpoint_of_contact = 1 and contact_key is not null and step_before is not null
union all
select contact_key, 'page before', page_before from steps
where touchpoint_of_contact = 1 and contact_key is not null and page_before is not null
