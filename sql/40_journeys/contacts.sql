-- model: contacts
-- grain: one row per contact
-- key: contact_key
-- inputs: contacts_found, thread_nodes, threads, inherited_reasons, reasons, journey_pieces
-- per: person
-- published: Requests of customers to the organisation, handled or not: calls, new tickets, chats, messages that chase, answer or return.
--
-- A contact whose thread has no touchpoint cannot be; an audit holds that every contact has its
-- journey.
select
    c.contact_key, -- names the contact
    c.person_key, -- whose it is (persons)
    p.journey_key, -- the journey it belongs to (journeys)
    c.contact_kind, -- call, ticket, chat, message
    c.source, -- the configured source it was first seen in
    c.channel, -- channel it came in on
    c.direction, -- inbound, outbound, internal
    c.started_at, -- when it began, UTC
    c.ended_at, -- when it ended, UTC; for a ticket its opening
    c.queue, -- first queue or group it met
    c.wait_ms, -- time in queues, milliseconds; empty: not measured
    c.talk_ms, -- talk without hold, milliseconds
    c.hold_ms, -- time on hold, milliseconds
    c.wrap_ms, -- after-contact work of agents, milliseconds
    c.legs, -- legs of a call, monitoring left out
    c.transfers, -- legs of the call that ended in a transfer
    c.is_handled, -- someone dealt with it
    c.is_abandoned, -- the customer gave up in the queue or on hold
    c.message_role, -- of a message: chaser (we owe the next step), answer (to our question), return (after the solution)
    coalesce(r.reason, 'unstated') as reason, -- contact reason, its own, its thread's, or inherited
    coalesce(r.reason_family, 'unstated') as reason_family, -- family of the reason
    c.excluded_rule -- why it is in no denominator: test, internal, outbound, opened by agent or system; empty: it counts
from contacts_found as c
left join thread_nodes as n on c.unit_key = n.node
left join threads as t on coalesce(n.component, c.unit_key) = t.thread_key
left join inherited_reasons as i on coalesce(n.component, c.unit_key) = i.anchor_key
left join reasons as r on coalesce(t.reason_raw, i.reason_raw) = r.reason_raw
inner join journey_pieces as p
    on
        coalesce(n.component, c.unit_key) = p.piece_base
        and p.piece_day = date '1970-01-01'
        and coalesce(r.reason_family, 'unstated') = p.reason_family
