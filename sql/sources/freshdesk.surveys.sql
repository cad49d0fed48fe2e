-- adapter: freshdesk
-- table: surveys
-- grain: one row per question of a satisfaction rating
-- unit: response_id
-- inputs: satisfaction_ratings
-- stream: satisfaction_ratings format=pages
-- optional: satisfaction_ratings."feedback", satisfaction_ratings."updated_at"
--
-- Ratings are codes: 103 extremely happy, 102, 101, 100 neutral, -101, -102, -103 extremely unhappy (not
-- verified); they become a scale from 1 to 7. ratings is a map of questions or a list of them. Other
-- numbers are kept without a scale being assumed, so they are quarantined where they leave it.
with answers as (
    select
        s.record_key,
        s.id,
        unnest(case
            when json_type(s.ratings) = 'ARRAY'
                then list_transform(
                    json_extract(s.ratings, '$[*]')::json[],
                    lambda x: json_array(json_extract_string(x, '$.question'),
                        json_extract_string(x, '$.value'))
                )
            else list_transform(
                json_keys(s.ratings),
                lambda k: json_array(k, json_extract_string(s.ratings, '/' || k))
            )
        end) as answer
    from satisfaction_ratings as s
)

select
    s.record_key,
    s.id as response_id,
    json_extract_string(a.answer, '$[0]') as question_id,
    'csat' as metric,
    case json_extract_string(a.answer, '$[1]')
        when '103' then '7'
        when '102' then '6'
        when '101' then '5'
        when '100' then '4'
        when '-101' then '3'
        when '-102' then '2'
        when '-103' then '1'
        else json_extract_string(a.answer, '$[1]')
    end as score,
    '1' as scale_min,
    '7' as scale_max,
    'true' as higher_is_better,
    s.created_at as answered_at,
    'complete' as status,
    s.feedback as comment,
    s.ticket_id,
    s.agent_id,
    s.user_id as customer_ref,
    s.updated_at
from satisfaction_ratings as s
left join answers as a on s.record_key = a.record_key
