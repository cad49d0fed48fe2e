-- adapter: zendesk
-- table: surveys
-- grain: one row per satisfaction rating asked for, or per answer of the newer surveys
-- unit: response_id
-- inputs: satisfaction_ratings, csat_responses, users
-- stream: satisfaction_ratings format=pages records=satisfaction_ratings
-- stream: csat_responses format=pages records=csat_survey_responses
-- stream: users format=pages records=users
-- ignore: satisfaction_ratings.never_asked: score = 'unoffered'
-- optional: satisfaction_ratings."comment", satisfaction_ratings."assignee_id"
-- optional: satisfaction_ratings."updated_at", csat_responses."subjects"
-- optional: users."updated_at", users."email", users."external_id"
-- refers: users.id = satisfaction_ratings.requester_id
-- refers: users.id = csat_responses.responder_id
--
-- The older ratings are good or bad (a scale from 0 to 1), and "offered" is an invitation without
-- an answer; the words are general knowledge. When it was answered is the time of the last change,
-- and asked when the rating was made.
-- The newer surveys rate from 1 to 5; which ticket is meant stands at the end of a subject's zrn.
-- Their time of answering is not in the schema seen: created_at is taken (not verified).
with latest_users as (
    select
        u.id,
        arg_max(u.email, coalesce(u.updated_at, '') || u.row_id) as email,
        arg_max(u.external_id, coalesce(u.updated_at, '') || u.row_id) as external_id
    from users as u
    group by u.id
),

answers as (
    select
        c.record_key,
        c.id,
        c.responder_id,
        c.created_at,
        list_extract(
            list_filter(
                json_extract_string(c.subjects, '$[*].zrn'), lambda x: contains(x, 'ticket')
            ),
            1
        ) as ticket_zrn,
        unnest(json_extract(c.answers, '$[*]')) as answer
    from csat_responses as c
),

ratings as (
    select
        s.record_key,
        s.id as response_id,
        'rating' as question_id,
        case when s.score like 'good%' then '1' when s.score like 'bad%' then '0' end as score,
        '0' as scale_min,
        '1' as scale_max,
        s.created_at as sent_at,
        case when s.score <> 'offered' then coalesce(s.updated_at, s.created_at) end as answered_at,
        case when s.score = 'offered' then 'sent' else 'complete' end as status,
        s.comment,
        s.ticket_id,
        s.assignee_id,
        s.requester_id,
        s.updated_at
    from satisfaction_ratings as s
    union all
    select
        a.record_key,
        a.id as response_id,
        coalesce(a.answer ->> '$.type', 'rating') as question_id,
        (a.answer ->> '$.rating') as score,
        '1' as scale_min,
        '5' as scale_max,
        null as sent_at,
        a.created_at as answered_at,
        'complete' as status,
        (a.answer ->> '$.comment') as comment,
        regexp_extract(a.ticket_zrn, '([0-9]+)$', 1) as ticket_id,
        null as assignee_id,
        a.responder_id as requester_id,
        null as updated_at
    from answers as a
)

select
    r.record_key,
    r.response_id,
    r.question_id,
    'csat' as metric,
    r.score,
    r.scale_min,
    r.scale_max,
    'true' as higher_is_better,
    r.sent_at,
    r.answered_at,
    r.status,
    r.comment,
    r.ticket_id,
    r.assignee_id as agent_id,
    r.requester_id as customer_ref,
    u.external_id,
    u.email,
    r.updated_at
from ratings as r
left join latest_users as u on r.requester_id = u.id
