-- into: moments
-- grain: one row per change of a ticket from solved to not solved
-- key: kind, anchor_key
-- inputs: reopens, contacts
-- per: person
--
-- METRICS.md section 3: transitions, so a ticket reopened and still open counts one. A vendor's
-- counter without history gives no moment: it cannot be placed in time. What the customer loses is
-- the time we take until it is solved again.
select
    'reopen' as kind,
    null::varchar as variant,
    i.item_key as anchor_key,
    c.person_key,
    c.journey_key,
    c.contact_key,
    i.occurred_at,
    i.lost_ms,
    true as is_elapsed,
    c.channel,
    c.queue,
    'observed' as evidence_class
from reopens as i
inner join contacts as c on i.contact_key = c.contact_key
where c.excluded_rule is null
