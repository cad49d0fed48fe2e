-- model: answer_places
-- grain: one row per answered question of a survey
-- key: answer_key
-- inputs: survey_answers, touchpoints
-- per: all
--
-- An answer speaks of the contact it was asked about, so its mood is placed there: at the last
-- touchpoint before the question was sent. Where the contact is not known it stays where it was
-- given.
with latest as (
    select
        a.answer_key,
        arg_max(t.touchpoint_key, t.touchpoint_no) as touchpoint_key
    from survey_answers as a
    inner join touchpoints as t on a.contact_key = t.contact_key
    where a.answered_at is not null and t.started_at <= a.invited_at
    group by a.answer_key
)

select
    a.answer_key,
    coalesce(l.touchpoint_key, a.answer_key) as touchpoint_key
from survey_answers as a
left join latest as l on a.answer_key = l.answer_key
where a.answered_at is not null
