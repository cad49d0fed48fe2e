-- model: coverage
-- grain: one row per source, canonical table and day
-- key: source, kind_of_record, day
-- inputs: staged_calls, staged_tickets, staged_ticket_history, staged_messages, staged_surveys, staged_events
-- per: all
-- published: What the sources cover: rows per source, kind of record and day. What no source could have shown is blind, not zero.
with rows_of as (
    select source, 'calls' as kind, started_at as occurred_at from staged_calls
    union all
    select source, 'tickets', created_at from staged_tickets
    union all
    select source, 'ticket_history', occurred_at from staged_ticket_history
    union all
    select source, 'messages', occurred_at from staged_messages
    union all
    select source, 'surveys', coalesce(answered_at, invited_at) from staged_surveys
    union all
    select source, 'channel_events', occurred_at from staged_events
)

select
    source, -- the configured source
    kind as kind_of_record, -- canonical table: calls (legs), tickets, ticket_history, messages, surveys, channel_events
    cast(occurred_at as date) as day, -- the day, UTC
    count(*)::bigint as row_count -- rows on that day
from rows_of
group by source, kind, cast(occurred_at as date)
