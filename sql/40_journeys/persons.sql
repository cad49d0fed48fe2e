-- model: persons
-- grain: one row per person
-- key: person_key
-- inputs: journeys, person_kinds
-- per: person
-- published: Everyone who is the same customer after identity stitching.
select
    j.person_key, -- names the person: a keyed hash, no key of theirs
    coalesce(min(k.person_kind), 'unidentified') as person_kind, -- customer; anonymous (a cookie alone, in no customer denominator); unidentified (a contact without any usable key)
    min(j.started_at) as first_seen_at, -- first touchpoint, UTC
    max(j.last_touchpoint_at) as last_seen_at, -- last touchpoint, UTC
    sum(j.touchpoints)::integer as touchpoints, -- touchpoints
    sum(j.contacts)::integer as contacts, -- contacts that count
    count(*)::integer as journeys, -- journeys
    bool_or(j.is_customers) and coalesce(min(k.person_kind), 'unidentified') <> 'anonymous' as is_active -- counts in customer denominators: did something, and is no anonymous visitor
from journeys as j
left join person_kinds as k on j.person_key = k.person_key
group by j.person_key
