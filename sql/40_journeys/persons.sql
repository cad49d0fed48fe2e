-- model: persons
-- grain: one row per person
-- key: person_key
-- inputs: touchpoints, contacts, person_kinds
-- per: person
-- published: Everyone who is the same customer after identity stitching.
with of_contacts as (
    select
        person_key,
        count(*) filter (where excluded_rule is null)::integer as contacts
    from contacts
    group by person_key
)

select
    t.person_key, -- names the person: a keyed hash, no key of theirs
    coalesce(min(k.person_kind), 'unidentified') as person_kind, -- customer; anonymous (a cookie alone, in no customer denominator); unidentified (a contact without any usable key)
    min(t.started_at) as first_seen_at, -- first touchpoint, UTC
    max(t.started_at) as last_seen_at, -- last touchpoint, UTC
    count(*)::integer as touchpoints, -- touchpoints
    coalesce(min(c.contacts), 0) as contacts, -- contacts that count
    count(distinct t.journey_key)::integer as journeys, -- journeys
    count(distinct t.channel)::integer as channels -- different channels used
from touchpoints as t
left join of_contacts as c on t.person_key = c.person_key
left join person_kinds as k on t.person_key = k.person_key
group by t.person_key
