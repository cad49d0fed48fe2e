-- model: waiting
-- grain: one row per source and kind of record that has rows later than as_of
-- key: source, kind_of_record
-- inputs: calls, tickets, ticket_history, messages, surveys, channel_events
-- params: as_of
-- per: all
-- published: Rows later than as_of: delivered, accepted, and waiting until all contact sources reach that far.
with later as (
    select source, 'calls' as kind_of_record from calls where started_at > $as_of
    union all
    select source, 'tickets' from tickets where created_at > $as_of
    union all
    select source, 'ticket_history' from ticket_history where occurred_at > $as_of
    union all
    select source, 'messages' from messages where occurred_at > $as_of
    union all
    select source, 'surveys' from surveys where coalesce(sent_at, started_at, answered_at) > $as_of
    union all
    select source, 'channel_events' from channel_events where occurred_at > $as_of
)

select
    source, -- the configured source
    kind_of_record, -- canonical table the rows are in
    count(*)::bigint as row_count -- rows that wait
from later
group by source, kind_of_record
