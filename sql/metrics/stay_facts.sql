-- model: stay_facts
-- grain: one row per stay in a queue
-- key: unit_key
-- inputs: queue_stays, contacts, contact_work, journeys
-- per: all
--
-- The speed of answer is booked where the answer is, everything else where the stay began.
select
    s.stay_key as unit_key,
    s.person_key,
    s.journey_key,
    s.source,
    s.channel,
    s.queue,
    w.team,
    c.reason,
    c.reason_family,
    j.stage,
    s.entered_at,
    s.entered_at + to_milliseconds(coalesce(s.wait_ms, 0)) as answered_at,
    s.wait_ms,
    s.stay_result,
    s.excluded_rule
from queue_stays as s
inner join contacts as c on s.contact_key = c.contact_key
inner join contact_work as w on s.contact_key = w.contact_key
inner join journeys as j on s.journey_key = j.journey_key
