-- into: contacts_found
-- grain: one row per contact that is a call
-- key: contact_key
-- inputs: legs
-- per: person
--
-- A call with all its legs is one contact. Its reason is the first one any leg states. It is given
-- up when its last leg is; it may have been answered before.
select
    contact_key,
    contact_key as unit_key,
    min(person_key) as person_key,
    'call' as contact_kind,
    min(source) as source,
    arg_min(channel, leg_no) as channel,
    case
        when bool_or(direction = 'inbound') then 'inbound'
        when bool_or(direction = 'outbound') then 'outbound'
        else 'internal'
    end as direction,
    min(started_at) as started_at,
    max(coalesce(ended_at, started_at)) as ended_at,
    arg_min(queue, leg_no) filter (where queue is not null) as queue,
    sum(queue_wait_ms)::bigint as wait_ms,
    sum(talk_ms)::bigint as talk_ms,
    sum(hold_ms)::bigint as hold_ms,
    sum(wrap_ms)::bigint as wrap_ms,
    count(*)::integer as legs,
    count(*) filter (where is_transferred)::integer as transfers,
    bool_or(is_answered) as is_handled,
    arg_max(is_abandoned, leg_no) as is_abandoned,
    null as message_role,
    arg_min(reason_raw, leg_no) filter (where reason_raw is not null) as reason_raw,
    case
        when bool_or(is_test) then 'test'
        when bool_or(direction = 'inbound') then null
        when bool_or(direction = 'outbound') then 'outbound'
        else 'internal'
    end as excluded_rule
from legs
group by contact_key
