-- adapter: delighted
-- table: surveys
-- grain: one row per response, and one per answer to an additional question with a number
-- unit: response_id
-- inputs: records
-- stream: records format=pages
-- times: epoch_s
-- optional: records."comment", records."person_properties", records."additional_answers"
-- optional: records."updated_at"
--
-- Responses of the API; times in seconds from 1970. A comment written later moves updated_at. Scales by
-- survey_type: nps 0 to 10, thumbs 0 to 1, the others 1 to 5 (general knowledge). person is an id or, when
-- expanded, an object. Which ticket is meant stands in a person property of the account's own: change
-- "ticket_id" here to yours.
with responses as (
    select
        r.record_key,
        r.id,
        lower(r.survey_type) as survey_type,
        r.score,
        r.comment,
        r.created_at,
        r.updated_at,
        case when r.person like '{%' then (r.person ->> '$.id') else r.person end as person_id,
        case when r.person like '{%' then (r.person ->> '$.email') end as email,
        case when r.person like '{%' then (r.person ->> '$.phone_number') end as phone,
        (r.person_properties ->> '$.ticket_id') as ticket_id
    from records as r
),

additional as (
    select
        r.record_key,
        unnest(json_extract(r.additional_answers, '$[*]')) as answer
    from records as r
),

answers as (
    select
        r.record_key,
        'score' as question_id,
        r.survey_type,
        r.score
    from responses as r
    union all
    select
        a.record_key,
        (a.answer ->> '$.question.id') as question_id,
        'other' as survey_type,
        (a.answer ->> '$.value.scale') as score
    from additional as a
    where (a.answer ->> '$.value.scale') is not null
)

select
    r.record_key,
    r.id as response_id,
    a.question_id,
    case
        when a.survey_type in ('nps', 'csat', 'ces') then a.survey_type
        when a.survey_type in ('smileys', 'stars', 'thumbs') then 'csat'
        else 'other'
    end as metric,
    a.score,
    case
        when a.survey_type in ('nps', 'thumbs') then '0'
        when a.survey_type <> 'other' then '1'
    end as scale_min,
    case
        when a.survey_type = 'nps' then '10'
        when a.survey_type = 'thumbs' then '1'
        when a.survey_type <> 'other' then '5'
    end as scale_max,
    'true' as higher_is_better,
    r.created_at as answered_at,
    'complete' as status,
    r.comment,
    r.ticket_id,
    r.person_id as customer_ref,
    r.email,
    r.phone,
    r.updated_at
from answers as a
left join responses as r on a.record_key = r.record_key
