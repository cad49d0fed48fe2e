-- model: survey_contacts
-- grain: one row per survey response that names no contact but follows one of its person
-- key: response_key
-- inputs: staged_surveys, unit_persons, contacts_found
-- params: survey_window
-- per: person
--
-- A survey that knows only whom it asked is about that person's last contact before it was sent.
with asked as (
    select
        s.response_key,
        coalesce(n.person_key, s.response_key) as person_key,
        min(s.invited_at) as invited_at
    from staged_surveys as s
    left join unit_persons as n on s.response_key = n.unit_key
    where s.about_key is null
    group by s.response_key, coalesce(n.person_key, s.response_key)
),

points as (
    select
        person_key,
        started_at as occurred_at,
        0 as seq,
        contact_key as point_key,
        unit_key,
        started_at as contact_at
    from contacts_found
    where excluded_rule is null
    union all
    select
        person_key,
        invited_at,
        1,
        response_key,
        null,
        null
    from asked
),

followed as (
    select
        point_key,
        seq,
        occurred_at,
        last_value(unit_key ignore nulls) over before as unit_key,
        last_value(contact_at ignore nulls) over before as contact_at
    from points
    window before as (
        partition by person_key
        order by occurred_at, seq, point_key
        rows between unbounded preceding and current row
    )
)

select
    point_key as response_key,
    unit_key
from followed
where seq = 1 and contact_at >= occurred_at - $survey_window
