-- into: touchpoints_found
-- grain: one row per message, status change and handoff between queues
-- key: touchpoint_key
-- inputs: ticket_items
-- per: person
-- stored: view
--
-- A change of agent within a queue is not something the customer meets. An automatic close ends
-- nothing for the customer, so it does not keep a journey alive.
select
    item_key as touchpoint_key,
    unit_key,
    contact_key,
    person_key,
    occurred_at as started_at,
    null::timestamp as ended_at,
    seq,
    source,
    case
        when item in ('message_in', 'message_out') then 'message'
        when item = 'status' then 'status_change'
        else 'handoff'
    end as kind,
    channel,
    actor,
    case
        when item = 'message_in' then 'reach'
        when item = 'message_out' then 'handle'
        when item = 'queue' then 'hand_over'
        when status in ('solved', 'closed') then 'resolve'
        else 'handle'
    end as step,
    queue,
    null as activity,
    null as reason_raw,
    null as inherited,
    null as stage,
    not (item = 'status' and status = 'closed' and actor = 'system') as extends_journey
from ticket_items
where item <> 'agent'
