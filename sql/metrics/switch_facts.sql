-- model: switch_facts
-- grain: one row per change of channel from one contact to the next of a journey
-- key: unit_key
-- inputs: channel_switches, contact_work, journeys, persons
-- per: all
--
-- Channel, queue and team are those of the new contact; reason and stage those of the journey.
select
    s.contact_key as unit_key,
    s.person_key,
    s.journey_key,
    s.from_channel,
    s.to_channel,
    s.switch_kind,
    s.to_channel as channel,
    s.queue,
    w.team,
    j.reason,
    j.reason_family,
    j.stage,
    s.occurred_at,
    case when p.person_kind = 'anonymous' then 'anonymous visitor' end as excluded_rule
from channel_switches as s
inner join contact_work as w on s.contact_key = w.contact_key
inner join journeys as j on s.journey_key = j.journey_key
inner join persons as p on s.person_key = p.person_key
