-- into: touchpoints_found
-- grain: one row per channel event
-- key: touchpoint_key
-- inputs: staged_events, unit_persons, inherited_reasons, event_places, reasons
-- per: person
-- stored: view
--
-- A self-service visit is no contact: it carries none, and hangs on its session instead of a unit.
-- Its stage is declared for it, else its reason's, else assumed for it.
select
    e.event_key as touchpoint_key,
    e.about_key as unit_key,
    null::bigint as contact_key,
    coalesce(n.person_key, e.unit_key) as person_key,
    e.occurred_at as started_at,
    null::timestamp as ended_at,
    e.event_seq as seq,
    e.source,
    e.event_type as kind,
    e.channel,
    e.actor,
    coalesce(p.mapped_step, 'search') as step,
    null as queue,
    e.activity,
    coalesce(e.reason_raw, i.reason_raw) as reason_raw,
    case when e.reason_raw is null then i.link_basis end as inherited,
    coalesce(
        p.own_stage, case when e.about_key is null then coalesce(r.stage, p.assumed_stage) end
    ) as stage,
    true as extends_journey
from staged_events as e
left join unit_persons as n on e.unit_key = n.unit_key
left join inherited_reasons as i on e.event_key = i.anchor_key
left join event_places as p
    on
        e.activity is not distinct from p.activity
        and e.event_type = p.event_type
        and e.page is not distinct from p.page
left join reasons as r on coalesce(e.reason_raw, i.reason_raw) = r.reason_raw
