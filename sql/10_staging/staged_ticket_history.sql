-- model: staged_ticket_history
-- grain: one row per change of a ticket
-- key: event_key
-- inputs: ticket_history
-- params: as_of
-- per: person
-- stored: view
--
-- Status, queue and agent changes place handoffs, reopens and solutions in time. Agents become
-- numbers: A to B to A is seen, who A is is not.
select
    row_key as event_key,
    ticket_key,
    source,
    occurred_at,
    coalesce(event_seq, 0) as event_seq,
    actor_type,
    field,
    case
        when field = 'agent' then (md5_number_lower(old_value) >> 2)::bigint::varchar
        else old_value
    end as old_value,
    case
        when field = 'agent' then (md5_number_lower(new_value) >> 2)::bigint::varchar
        else new_value
    end as new_value
from ticket_history
where
    occurred_at <= $as_of
    and field in ('status', 'queue', 'agent')
    and is_deleted is not true
