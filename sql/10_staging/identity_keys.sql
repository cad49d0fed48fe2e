-- model: identity_keys
-- grain: one row per unit (call, ticket, conversation, response, visit) and customer key on it
-- key: unit_key, key
-- inputs: calls, tickets, messages, surveys, channel_events, hashed_keys
-- params: as_of
-- per: person
--
-- Which keys stand on which unit, in whole numbers only. A visit's unit is its session where the
-- source has one, else the event itself.
with units as (
    select
        call_key as unit_key,
        false as is_visit,
        customer_ref_hash, external_id_hash, email_hash, phone_hash, anonymous_id_hash
    from calls
    where started_at <= $as_of and is_deleted is not true
    union all
    select
        ticket_key,
        false,
        customer_ref_hash, external_id_hash, email_hash, phone_hash, anonymous_id_hash
    from tickets
    where created_at <= $as_of and is_deleted is not true
    union all
    select
        coalesce(ticket_key, conversation_key, call_key, row_key),
        false,
        customer_ref_hash, external_id_hash, email_hash, phone_hash, anonymous_id_hash
    from messages
    where occurred_at <= $as_of and is_deleted is not true
    union all
    select
        response_key,
        false,
        customer_ref_hash, external_id_hash, email_hash, phone_hash, anonymous_id_hash
    from surveys
    where coalesce(sent_at, started_at, answered_at) <= $as_of and is_deleted is not true
    union all
    select
        coalesce(ticket_key, conversation_key, call_key, session_key, row_key),
        coalesce(ticket_key, conversation_key, call_key) is null,
        customer_ref_hash, external_id_hash, email_hash, phone_hash, anonymous_id_hash
    from channel_events
    where occurred_at <= $as_of and is_deleted is not true
),

given as (
    select distinct
        unit_key,
        is_visit,
        key_hash
    from units
    unpivot (
        key_hash
        for kind in (
            customer_ref_hash, external_id_hash, email_hash, phone_hash, anonymous_id_hash
        )
    )
)

select
    g.unit_key,
    h.key,
    g.is_visit
from given as g
inner join hashed_keys as h on g.key_hash = h.key_hash
