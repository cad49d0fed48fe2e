-- model: call_spans
-- grain: one row per call as its source sees it
-- key: call_key
-- inputs: staged_calls, unit_persons, source_transfers
-- per: person
--
-- Whether it was answered, given up in the queue, or passed on.
with calls as (
    select
        call_key,
        min(source) as source,
        min(started_at) as started_at,
        max(coalesce(ended_at, started_at)) as ended_at,
        bool_or(direction = 'inbound') as is_inbound,
        bool_and(direction = 'internal') as is_internal,
        bool_or(agent_answered or (leg_kind = 'agent' and outcome in ('answered', 'transferred_out')))
            as is_answered,
        bool_or(outcome in ('abandoned_queue', 'abandoned_hold')) as is_abandoned,
        bool_or(outcome = 'transferred_out' or transfer_kind is not null) as is_transferred,
        bool_or(is_test) as is_test
    from staged_calls
    group by call_key
)

select
    c.call_key,
    coalesce(n.person_key, c.call_key) as person_key,
    c.source,
    c.started_at,
    c.ended_at,
    c.is_inbound,
    c.is_internal,
    coalesce(c.is_answered, false) as is_answered,
    c.is_abandoned and not coalesce(c.is_answered, false) as is_abandoned,
    c.is_transferred,
    t.tells_transfers,
    c.is_test
from calls as c
inner join source_transfers as t on c.source = t.source
left join unit_persons as n on c.call_key = n.unit_key
