-- model: pain_point_contacts
-- grain: one row per contact that counts, of a person who is in the denominators
-- key: contact_key
-- inputs: contacts, contact_work, journeys, persons
-- per: all
--
-- What hints of cause are looked for among: contacts with the reason of their journey.
select
    c.contact_key,
    c.person_key,
    cast(j.reason as varchar) as reason,
    cast(c.channel as varchar) as channel,
    cast(coalesce(c.queue, 'no queue') as varchar) as queue,
    c.started_at,
    w.team
from contacts as c
inner join journeys as j on c.journey_key = j.journey_key
inner join persons as p on c.person_key = p.person_key
left join contact_work as w on c.contact_key = w.contact_key
where c.excluded_rule is null and p.is_active
