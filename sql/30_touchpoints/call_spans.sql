-- model: call_spans
-- grain: one row per call as its source sees it
-- key: call_key
-- inputs: staged_calls, unit_persons, source_transfers
-- per: person
--
-- Whether it was answered, given up at its end, or passed on.
with ordered as (
    select
        *,
        row_number() over (
            partition by call_key order by started_at desc, coalesce(leg_seq, 0) desc, leg_key desc
        ) as from_end
    from staged_calls
),

calls as (
    select
        call_key,
        min(source) as source,
        min(started_at) as started_at,
        max(coalesce(ended_at, started_at)) as ended_at,
        bool_or(direction = 'inbound') as is_inbound,
        bool_or(is_answered) as is_answered,
        bool_or(is_abandoned and from_end = 1) as is_abandoned,
        bool_or(is_transferred) as is_transferred
    from ordered
    group by call_key
)

select
    c.call_key,
    coalesce(n.person_key, c.call_key) as person_key,
    c.started_at,
    c.ended_at,
    c.is_inbound,
    c.is_answered,
    c.is_abandoned,
    c.is_transferred,
    t.tells_transfers
from calls as c
inner join source_transfers as t on c.source = t.source
left join unit_persons as n on c.call_key = n.unit_key
