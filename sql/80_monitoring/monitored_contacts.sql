-- model: monitored_contacts
-- grain: one row per day, channel, reason, queue, source, persona and whether the person is new
-- key: day, channel, reason, queue, source, persona, is_first
-- inputs: contacts, contact_work, person_personas
-- params: as_of, timezone
-- per: all
--
-- Contacts and complaints of whole days in the project's zone. A person without a contact in the
-- eight weeks before is new: should every number of a customer change, nearly everybody is.
with placed as (
    select
        c.contact_key,
        c.person_key,
        c.started_at,
        cast((c.started_at at time zone 'UTC') at time zone $timezone as date) as day,
        cast(c.channel as varchar) as channel,
        cast(c.reason as varchar) as reason,
        coalesce(cast(c.queue as varchar), 'no queue') as queue,
        cast(c.source as varchar) as source,
        coalesce(p.persona, 'no persona') as persona,
        w.is_complaint,
        lag(c.started_at) over (partition by c.person_key order by c.started_at, c.contact_key)
            as before_at
    from contacts as c
    inner join contact_work as w on c.contact_key = w.contact_key
    left join person_personas as p on c.person_key = p.person_key
    where c.excluded_rule is null
)

select
    day,
    channel,
    reason,
    queue,
    source,
    persona,
    before_at is null or before_at + interval 56 day < started_at as is_first,
    count(*) as contacts,
    count(*) filter (where is_complaint) as complaints
from placed
where day < cast(($as_of at time zone 'UTC') at time zone $timezone as date)
group by day, channel, reason, queue, source, persona,
    before_at is null or before_at + interval 56 day < started_at
