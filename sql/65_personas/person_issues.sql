-- model: person_issues
-- grain: one row per journey with a contact that counts, of a person who is in the denominators
-- key: journey_key
-- inputs: contacts, persons, touchpoints
-- params: as_of, timezone
-- per: all
--
-- What habits are read from: the first contact of each issue, and visits that led to no contact.
-- What came later in a journey (repeats, switches, waits, transfers) is no habit, and is not here.
with first_contacts as (
    select
        journey_key,
        person_key,
        cast(channel as varchar) as entry_channel,
        cast(reason_family as varchar) as reason_family,
        started_at
    from contacts
    where excluded_rule is null
    qualify row_number() over (partition by journey_key order by started_at, contact_key) = 1
),

visits as (
    select person_key, count(*) as visits
    from (
        select session_key, min(person_key) as person_key
        from touchpoints
        group by session_key
        having
            count(contact_key) = 0
            and bool_or(cast(actor as varchar) = 'customer' and cast(kind as varchar) <> 'survey_answer')
    ) as s
    group by person_key
),

in_zone as (
    select
        journey_key,
        person_key,
        entry_channel,
        reason_family,
        (started_at at time zone 'UTC') at time zone $timezone as local_at
    from first_contacts
)

select
    z.person_key,
    z.journey_key,
    z.entry_channel,
    z.reason_family,
    case
        when extract(hour from z.local_at) between 6 and 11 then 'morning'
        when extract(hour from z.local_at) between 12 and 17 then 'afternoon'
        when extract(hour from z.local_at) between 18 and 21 then 'evening'
        else 'night'
    end as hours,
    date_diff('day', cast(date_trunc('week', z.local_at) as date), cast(z.local_at as date)) >= 5 as is_weekend,
    coalesce(v.visits, 0) as visits,
    date_diff('day', cast(p.first_seen_at as date), cast($as_of as date)) as tenure_days,
    count(*) over (partition by z.person_key) as issues
from in_zone as z
inner join persons as p on z.person_key = p.person_key
left join visits as v on z.person_key = v.person_key
where p.is_active
