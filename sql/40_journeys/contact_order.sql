-- model: contact_order
-- grain: one row per contact that counts, with the one before it
-- key: contact_key
-- inputs: contacts, out_of_hours
-- per: person
--
-- The previous contact of the same person and reason family, stored once: repeats, retries and
-- channel switches read it. Answers to our own questions are not the customer's initiative and
-- stand in no one's way. Contacts at the very same instant do not follow each other.
with ordered as (
    select
        c.contact_key,
        c.person_key,
        c.journey_key,
        c.reason_family,
        c.channel,
        c.queue,
        c.started_at,
        c.wait_ms,
        c.talk_ms,
        c.hold_ms,
        c.message_role,
        c.is_abandoned,
        lag(c.contact_key) over earlier as prev_contact_key,
        lag(c.started_at) over earlier as prev_started_at,
        lag(c.journey_key) over earlier as prev_journey_key,
        lag(c.channel) over earlier as prev_channel,
        lag(c.is_abandoned) over earlier as prev_is_abandoned,
        lag(o.contact_key is not null) over earlier as prev_is_out_of_hours
    from contacts as c
    left join out_of_hours as o on c.contact_key = o.contact_key
    where
        c.excluded_rule is null
        and (c.message_role is null or c.message_role <> 'answer')
    window earlier as (
        partition by c.person_key, c.reason_family order by c.started_at, c.contact_key
    )
)

select
    contact_key,
    person_key,
    journey_key,
    reason_family,
    channel,
    queue,
    started_at,
    wait_ms,
    talk_ms,
    hold_ms,
    message_role,
    is_abandoned,
    prev_contact_key,
    prev_started_at,
    prev_journey_key,
    prev_channel,
    prev_is_abandoned,
    prev_is_out_of_hours,
    max(case when prev_started_at < started_at then prev_started_at end) over (
        partition by person_key, reason_family
        order by started_at, contact_key
        rows between unbounded preceding and current row
    ) as last_earlier_at
from ordered
