-- model: survey_answers
-- grain: one row per question of a survey that was sent
-- key: answer_key
-- inputs: staged_surveys, survey_contacts, unit_persons, contacts, touchpoints
-- per: person
-- published: Invitations to surveys with what came back. Scores have their scale with them; scores of different scales are never pooled.
--
-- METRICS.md section 5. Who did not answer is in here too, at the contact that was asked about.
with asked as (
    select
        s.answer_key,
        coalesce(n.person_key, s.response_key) as person_key,
        coalesce(s.about_key, f.unit_key) as about_key,
        s.response_key,
        s.source,
        s.metric,
        s.status,
        s.invited_at,
        s.answered_at,
        s.channel,
        s.queue,
        s.scale_min,
        s.scale_max,
        s.score_thousandths
    from staged_surveys as s
    left join unit_persons as n on s.response_key = n.unit_key
    left join survey_contacts as f on s.response_key = f.response_key
)

select
    a.answer_key, -- names the question of a response
    a.response_key, -- names the response
    a.person_key, -- who was asked (persons)
    coalesce(t.journey_key, c.journey_key) as journey_key, -- about which journey (journeys); empty: not known
    c.contact_key, -- about which contact (contacts); empty: not known
    a.source, -- the configured source
    a.metric, -- nps, csat, ces, fcr, importance, other
    concat_ws(
        '-', cast(cast(a.scale_min as integer) as varchar),
        cast(cast(a.scale_max as integer) as varchar)
    ) as scale, -- lowest and highest score that could be given
    cast(a.scale_min as double) as scale_min, -- lowest score
    cast(a.scale_max as double) as scale_max, -- highest score
    a.status as survey_status, -- sent, partial, complete, expired, bounced
    a.invited_at, -- when it was sent, UTC
    a.answered_at, -- when it was answered, UTC; empty: not answered
    a.channel, -- channel it was asked on
    coalesce(a.queue, c.queue) as queue, -- queue it asks about
    case
        when c.is_abandoned then 'abandoned'
        when c.is_handled then 'handled'
        when c.contact_key is not null then 'not handled'
    end as contact_result, -- how that contact ended: handled, not handled, abandoned; empty: not known
    coalesce(t.reason, c.reason, 'unstated') as reason, -- contact reason
    a.score_thousandths -- the score in thousandths, more is better; empty: none
from asked as a
left join touchpoints as t on a.answer_key = t.touchpoint_key
left join contacts as c on a.about_key = c.contact_key and a.person_key = c.person_key
