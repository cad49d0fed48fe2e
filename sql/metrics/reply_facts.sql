-- model: reply_facts
-- grain: one row per message of a customer in a ticket after the first reply
-- key: unit_key
-- inputs: reply_waits, ticket_times, touchpoints
-- per: all
--
-- The queue is the ticket's first one.
select
    r.message_key as unit_key,
    r.person_key,
    r.journey_key,
    t.source,
    p.channel,
    t.queue,
    t.team,
    p.reason,
    p.reason_family,
    p.stage,
    r.asked_at,
    r.reply_ms,
    r.excluded_rule
from reply_waits as r
inner join ticket_times as t on r.ticket_key = t.ticket_key
inner join touchpoints as p on r.message_key = p.touchpoint_key
