-- into: moments
-- grain: one row per change of a ticket from solved to not solved
-- key: kind, anchor_key
-- inputs: ticket_items, contacts
-- per: person
--
-- METRICS.md section 3: transitions, so a ticket reopened and still open counts one. A vendor's
-- counter without history gives no moment: it cannot be placed in time.
select
    'reopen' as kind,
    null::varchar as variant,
    i.item_key as anchor_key,
    c.person_key,
    c.journey_key,
    c.contact_key,
    i.occurred_at,
    null::bigint as lost_ms,
    c.channel,
    c.queue,
    'observed' as evidence_class
from ticket_items as i
inner join contacts as c on i.contact_key = c.contact_key
where
    i.item = 'status'
    and i.status_before in ('solved', 'closed')
    and i.status not in ('solved', 'closed', 'merged', 'deleted')
    and c.excluded_rule is null
