-- into: touchpoints_found
-- grain: one row per answered survey
-- key: touchpoint_key
-- inputs: staged_surveys, unit_persons
-- per: person
-- stored: view
--
-- An answer days later belongs to the journey of its contact and does not prolong it; one about a
-- ticket that too many name is only known to be its person's. Invitations without an answer are no
-- touchpoints.
select
    s.answer_key as touchpoint_key,
    case
        when coalesce(a.person_key, s.about_key) = coalesce(n.person_key, s.response_key)
            then s.about_key
        else s.response_key
    end as unit_key,
    null::bigint as contact_key,
    coalesce(n.person_key, s.response_key) as person_key,
    s.answered_at as started_at,
    null::timestamp as ended_at,
    0 as seq,
    s.source,
    'survey_answer' as kind,
    s.channel,
    'customer' as actor,
    'aftercare' as step,
    null as queue,
    s.metric::varchar as activity,
    null as reason_raw,
    null as inherited,
    null as stage,
    false as extends_journey
from staged_surveys as s
left join unit_persons as n on s.response_key = n.unit_key
left join unit_persons as a on s.about_key = a.unit_key
where s.answered_at is not null
