-- into: touchpoints_found
-- grain: one row per channel event
-- key: touchpoint_key
-- inputs: staged_events, unit_persons, inherited_reasons, stage_settings
-- per: person
-- stored: view
--
-- A self-service visit is no contact: it carries none, and hangs on its session instead of a unit.
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
    case
        when e.event_type in ('form_submit', 'bot_message', 'bot_fallback', 'ivr_node') then 'reach'
        when e.event_type = 'bot_handoff' then 'hand_over'
        when
            e.event_type in (
                'confirmation', 'email_sent', 'email_delivered', 'email_open', 'email_click',
                'email_bounce', 'sms_sent', 'sms_delivered'
            )
            then 'aftercare'
        else 'search'
    end as step,
    null as queue,
    e.activity,
    coalesce(e.reason_raw, i.reason_raw) as reason_raw,
    case when e.reason_raw is null then i.link_basis end as inherited,
    s.stage,
    true as extends_journey
from staged_events as e
left join unit_persons as n on e.unit_key = n.unit_key
left join inherited_reasons as i on e.event_key = i.anchor_key
left join stage_settings as s on lower(e.activity) = s.word
