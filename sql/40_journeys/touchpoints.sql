-- model: touchpoints
-- grain: one row per touchpoint
-- key: touchpoint_key
-- inputs: touchpoints_ordered, journey_pieces
-- per: person
-- published: The smallest ordered parts of journeys: legs, messages, pages, survey answers, status changes.
--
-- Every touchpoint of the ordered table, with its journey. Rows keep the person order.
select
    t.touchpoint_key, -- names the touchpoint
    t.person_key, -- whose it is (persons)
    t.touchpoint_no, -- place in the person's order, from 1
    p.journey_key, -- the journey it belongs to (journeys)
    t.session_key, -- the session it lies in (sessions)
    t.contact_key, -- the contact it is part of (contacts); empty for self-service
    t.started_at, -- when it began, UTC
    t.ended_at, -- when it ended, UTC; empty: a point in time, or not known
    t.source, -- the configured source that delivered it
    t.kind, -- leg, ticket_opened, message, status_change, handoff, survey_answer, or the event's type
    t.channel, -- channel, one vocabulary for all sources
    t.actor, -- who acted: customer, agent, bot, system
    t.step, -- what the customer is doing: search, reach, wait, handle, hand_over, resolve, aftercare
    coalesce(t.stage, case when t.thread_key is null then 'usage' else 'support' end) as stage, -- where the customer is in the relationship
    t.queue, -- queue or group it met
    t.activity, -- the source's own word for an event, or the survey's metric
    t.reason, -- contact reason, own, of its thread, or inherited; 'unstated' where there is none
    t.reason_family -- family of the reason
from touchpoints_ordered as t
inner join journey_pieces as p
    on coalesce(t.thread_key, t.session_key) = p.piece_key and t.reason_family = p.reason_family
