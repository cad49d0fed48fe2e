-- into: touchpoints_found
-- grain: one row per leg of a call
-- key: touchpoint_key
-- inputs: legs
-- per: person
-- stored: view
--
-- After-contact work is the agent's time and never lengthens a touchpoint.
select
    leg_key as touchpoint_key,
    call_key as unit_key,
    contact_key,
    person_key,
    started_at,
    ended_at,
    leg_seq as seq,
    source,
    'leg' as kind,
    channel,
    case
        when leg_kind in ('agent', 'external', 'consult') then 'agent'
        when leg_kind = 'bot' then 'bot'
        when leg_kind = 'queue' then 'customer'
        else 'system'
    end as actor,
    case
        when leg_kind in ('ivr', 'bot', 'voicemail', 'callback') then 'reach'
        when leg_kind = 'queue' then 'wait'
        else 'handle'
    end as step,
    queue,
    null as activity,
    null as reason_raw,
    null as inherited,
    null as stage,
    true as extends_journey
from legs
