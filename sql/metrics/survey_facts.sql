-- model: survey_facts
-- grain: one row per question of a survey that was sent
-- key: unit_key
-- inputs: survey_answers, contact_work, journeys
-- per: all
--
-- Scores are turned so that more is better. The team is that of the contact it is about.
select
    s.answer_key as unit_key,
    s.response_key,
    s.person_key,
    s.journey_key,
    s.source,
    s.channel,
    s.queue,
    w.team,
    s.reason,
    j.reason_family,
    j.stage,
    s.contact_result,
    cast(s.metric as varchar) as metric,
    s.scale,
    s.scale_min,
    s.scale_max,
    s.survey_status,
    s.invited_at,
    s.answered_at,
    s.score_thousandths,
    s.score_thousandths / 1000.0 as score
from survey_answers as s
left join contact_work as w on s.contact_key = w.contact_key
left join journeys as j on s.journey_key = j.journey_key
