-- model: signals
-- grain: one row per record and word that an expectation names
-- key: signal_key, word
-- inputs: calls, tickets, ticket_history, messages, surveys, channel_events, expectations
-- params: as_of
-- per: person
--
-- What [[expectations]] can name, by whatever word its source uses: an event's name or type, a
-- wrap-up code, reason, outcome, kind of leg or direction of a call, a ticket's channel, reason or new
-- status, a message's direction, a survey that was sent. Without expectations there are none.
with words as (
    select after_word as word from expectations
    union
    select expected_word from expectations
),

legs as (
    select
        row_key,
        call_key,
        source,
        started_at,
        is_deleted,
        is_test,
        unnest([disposition, contact_reason, outcome, leg_kind, concat(direction, '_call')]) as word
    from calls
),

found as (
    select
        row_key as signal_key,
        call_key as unit_key,
        source,
        'calls' as kind_of_record,
        started_at as occurred_at,
        word
    from legs
    where is_deleted is not true and is_test is not true
    union all
    select
        ticket_key,
        ticket_key,
        source,
        'tickets',
        created_at,
        unnest([concat(channel, '_ticket'), contact_reason, contact_reason_2])
    from tickets
    where is_deleted is not true and is_test is not true
    union all
    select row_key, ticket_key, source, 'ticket_history', occurred_at, new_value
    from ticket_history
    where field = 'status' and is_deleted is not true
    union all
    select
        row_key,
        coalesce(ticket_key, conversation_key, call_key, row_key),
        source,
        'messages',
        occurred_at,
        concat('message_', direction)
    from messages
    where is_public is not false and is_deleted is not true and is_test is not true
    union all
    select row_key, response_key, source, 'surveys', sent_at, 'survey_sent'
    from surveys
    where status not in ('preview', 'test', 'spam') and is_deleted is not true
    union all
    select
        row_key,
        coalesce(ticket_key, conversation_key, call_key, session_key, row_key),
        source,
        'channel_events',
        occurred_at,
        unnest([event_name_raw, event_type])
    from channel_events
    where is_automated is not true and is_deleted is not true
)

select distinct
    f.signal_key,
    f.unit_key,
    f.source,
    f.kind_of_record,
    f.occurred_at,
    w.word
from found as f
inner join words as w on lower(f.word::varchar) = w.word
where f.occurred_at <= $as_of
