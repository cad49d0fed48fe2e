-- model: queue_stays
-- grain: one row per stay in a queue of voice or another synchronous channel
-- key: stay_key
-- inputs: legs, staged_calls, contacts
-- per: person
-- published: Stays in queues, and how each ended. Access metrics (service level, abandons, speed of answer) count these.
--
-- METRICS.md section 2. Sources tell a stay as a leg of its own, or as the wait of the agent's leg
-- that follows; where a call has neither, its first agent leg stands for a stay whose wait is not
-- measured. Short abandons are in here: whether they count is the metric's variant. A hang-up in
-- the IVR met no queue and is kept apart.
with facts as (
    select
        l.leg_key,
        l.call_key,
        l.contact_key,
        l.leg_no,
        l.leg_kind,
        l.started_at,
        l.queue,
        l.queue_wait_ms,
        l.is_answered,
        s.outcome,
        l.leg_kind = 'queue' or l.queue_wait_ms is not null as is_stay
    from legs as l
    inner join staged_calls as s on l.leg_key = s.leg_key
    where l.direction = 'inbound'
),

calls as (
    select
        call_key,
        min(case when leg_kind = 'agent' then leg_no end) as first_agent_no
    from facts
    group by call_key
    having not bool_or(is_stay)
)

select
    f.leg_key as stay_key, -- names the stay: the leg it was told by
    c.person_key, -- who waited (persons)
    c.journey_key, -- in which journey (journeys)
    f.contact_key, -- at which contact (contacts)
    c.source, -- the configured source
    c.channel, -- channel of the contact
    coalesce(f.queue, c.queue) as queue, -- the queue then
    f.started_at as entered_at, -- when the leg began, UTC
    f.queue_wait_ms as wait_ms, -- time in the queue, IVR left out, milliseconds; empty: not measured
    case
        when f.outcome = 'abandoned_ivr' then 'ivr'
        when f.outcome = 'abandoned_queue' then 'abandoned'
        when f.is_answered or f.outcome in ('answered', 'abandoned_hold') then 'answered'
        when f.outcome = 'unknown' then 'open'
        else 'flow_out'
    end as stay_result, -- answered, abandoned, flow_out (left the queue otherwise), ivr (never met a queue), open (no end recorded)
    c.excluded_rule -- why the contact is in no denominator; empty: it counts
from facts as f
inner join contacts as c on f.contact_key = c.contact_key
left join calls as n on f.call_key = n.call_key and f.leg_no = n.first_agent_no
where f.is_stay or f.outcome = 'abandoned_ivr' or n.call_key is not null
