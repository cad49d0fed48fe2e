-- model: unit_links
-- grain: one row per pair of units of which one names the other
-- key: a, b
-- inputs: calls, tickets, messages, surveys, channel_events
-- params: as_of
-- per: person
--
-- Explicit references: a ticket and its call, a follow-up and its ticket, an answer and what it is
-- about; a is the unit whose record says so. They bind the person, and (same_issue) the thread. A web session only tells who the
-- visitor of a conversation is: the pages of that session are not about the conversation.
with links as (
    select call_key as a, ticket_key as b, true as same_issue
    from calls
    where started_at <= $as_of and is_deleted is not true
    union all
    select ticket_key, unnest(call_keys), true
    from tickets
    where created_at <= $as_of and is_deleted is not true
    union all
    select ticket_key, followup_of_key, true
    from tickets
    where created_at <= $as_of and is_deleted is not true
    union all
    select ticket_key, merged_into_key, true
    from tickets
    where created_at <= $as_of and is_deleted is not true
    union all
    select ticket_key, conversation_key, true
    from messages
    where occurred_at <= $as_of and is_deleted is not true
    union all
    select coalesce(ticket_key, conversation_key), call_key, true
    from messages
    where occurred_at <= $as_of and is_deleted is not true
    union all
    select response_key, coalesce(call_key, ticket_key, conversation_key), true
    from surveys
    where coalesce(sent_at, started_at, answered_at) <= $as_of and is_deleted is not true
    union all
    select ticket_key, conversation_key, true
    from channel_events
    where occurred_at <= $as_of and is_deleted is not true
    union all
    select coalesce(ticket_key, conversation_key), call_key, true
    from channel_events
    where occurred_at <= $as_of and is_deleted is not true
    union all
    select coalesce(ticket_key, conversation_key, call_key), session_key, false
    from channel_events
    where occurred_at <= $as_of and is_deleted is not true
)

select
    a,
    b,
    bool_or(same_issue) as same_issue
from links
where a is not null and b is not null and a <> b
group by a, b
