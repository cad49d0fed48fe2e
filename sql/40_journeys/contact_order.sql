-- model: contact_order
-- grain: one row per contact that counts, with the one before it
-- key: contact_key
-- inputs: contacts, out_of_hours
-- per: person
--
-- The previous contact of the same person and reason family, stored once: repeats, retries and
-- channel switches read it. Contacts at the very same instant do not follow each other.
select
    c.contact_key,
    c.person_key,
    c.journey_key,
    c.channel,
    c.queue,
    c.started_at,
    c.ended_at,
    c.wait_ms,
    c.talk_ms,
    c.hold_ms,
    c.contact_kind,
    c.message_role,
    c.is_abandoned,
    lag(c.started_at) over earlier as prev_started_at,
    lag(c.ended_at) over earlier as prev_ended_at,
    lag(c.contact_key) over earlier as prev_contact_key,
    lag(c.journey_key) over earlier as prev_journey_key,
    lag(c.channel) over earlier as prev_channel,
    lag(c.is_abandoned) over earlier as prev_is_abandoned,
    lag(o.contact_key is not null) over earlier as prev_is_out_of_hours,
    max(c.started_at) over (
        partition by c.person_key, c.reason_family
        order by c.started_at
        range between unbounded preceding and interval '1 microsecond' preceding
    ) as last_earlier_at
from contacts as c
left join out_of_hours as o on c.contact_key = o.contact_key
where c.excluded_rule is null
window earlier as (
    partition by c.person_key, c.reason_family order by c.started_at, c.contact_key
)
