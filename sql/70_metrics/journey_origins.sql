-- model: journey_origins
-- grain: one row per journey with a contact
-- key: journey_key
-- inputs: contacts, contact_work
-- per: person
-- published: Where the first contact of each journey came in: by this, metrics of journeys are split.
with ordered as (
    select
        c.journey_key,
        c.person_key,
        c.source,
        c.queue,
        w.team,
        row_number() over (partition by c.journey_key order by c.started_at, c.contact_key) as place
    from contacts as c
    inner join contact_work as w on c.contact_key = w.contact_key
    where c.excluded_rule is null and (c.message_role is null or c.message_role <> 'answer')
)

select
    journey_key, -- the journey (journeys)
    person_key, -- whose it is (persons)
    source, -- the configured source its first contact was seen in
    queue, -- first queue or group that contact met
    team -- queue or group that had it last
from ordered
where place = 1
