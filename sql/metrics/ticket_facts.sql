-- model: ticket_facts
-- grain: one row per ticket
-- key: unit_key
-- inputs: ticket_times, ticket_business_times, touchpoints
-- per: all
--
-- What history and messages show counts only where tickets of the source have any: else nothing is
-- known.
with histories as (
    select
        source,
        max(changes) > 0 as has_history,
        max(messages) > 0 as has_messages
    from ticket_times
    group by source
),

business as (
    select
        ticket_key,
        max(all_schedules_ms) filter (where measure = 'first_reply') as first_reply_open_ms,
        max(last_schedule_ms) filter (where measure = 'first_reply') as first_reply_last_open_ms,
        max(all_schedules_ms) filter (where measure = 'first_resolution') as first_resolution_open_ms,
        max(last_schedule_ms) filter (where measure = 'first_resolution') as first_resolution_last_open_ms,
        max(all_schedules_ms) filter (where measure = 'full_resolution') as full_resolution_open_ms,
        max(last_schedule_ms) filter (where measure = 'full_resolution') as full_resolution_last_open_ms,
        max(all_schedules_ms) filter (where measure = 'requester_wait') as requester_wait_open_ms,
        max(last_schedule_ms) filter (where measure = 'requester_wait') as requester_wait_last_open_ms,
        max(all_schedules_ms) filter (where measure = 'agent_wait') as agent_wait_open_ms,
        max(last_schedule_ms) filter (where measure = 'agent_wait') as agent_wait_last_open_ms
    from ticket_business_times
    group by ticket_key
)

select
    t.ticket_key as unit_key,
    t.person_key,
    t.journey_key,
    t.source,
    t.channel,
    t.queue,
    t.team,
    p.reason,
    p.reason_family,
    p.stage,
    t.opened_by,
    t.created_at,
    t.is_solved,
    t.first_reply_ms,
    t.first_resolution_ms,
    t.full_resolution_ms,
    t.requester_wait_ms,
    t.agent_wait_ms,
    b.first_reply_open_ms,
    b.first_reply_last_open_ms,
    b.first_resolution_open_ms,
    b.first_resolution_last_open_ms,
    b.full_resolution_open_ms,
    b.full_resolution_last_open_ms,
    b.requester_wait_open_ms,
    b.requester_wait_last_open_ms,
    b.agent_wait_open_ms,
    b.agent_wait_last_open_ms,
    t.queue_changes,
    t.handoffs,
    t.reopens,
    coalesce(t.vendor_agent_replies, case when h.has_messages then t.agent_comments end)
        as agent_comments,
    t.vendor_reassignments,
    t.vendor_queue_changes,
    t.vendor_reopens,
    t.vendor_first_reply_business_ms,
    t.vendor_resolution_ms,
    t.vendor_resolution_business_ms,
    h.has_history,
    t.excluded_rule
from ticket_times as t
inner join touchpoints as p on t.ticket_key = p.touchpoint_key
inner join histories as h on t.source = h.source
left join business as b on t.ticket_key = b.ticket_key
