-- model: staged_surveys
-- grain: one row per answered or unanswered question of a survey
-- key: answer_key
-- inputs: surveys
-- params: as_of
-- per: person
-- stored: view
--
-- Scores become whole thousandths, turned so that more is better: sums of whole numbers do not
-- depend on the order of adding. Previews, tests and spam are no answers.
select
    row_key as answer_key,
    response_key,
    coalesce(call_key, ticket_key, conversation_key) as about_key,
    source,
    metric,
    question_id,
    coalesce(sent_at, started_at, answered_at) as invited_at,
    case when answered_at <= $as_of then answered_at end as answered_at,
    status,
    coalesce(channel, 'email') as channel,
    queue,
    scale_min,
    scale_max,
    round(
        1000 * case when higher_is_better is false then scale_min + scale_max - score else score end
    )::bigint as score_thousandths
from surveys
where
    coalesce(sent_at, started_at, answered_at) <= $as_of
    and status not in ('preview', 'test', 'spam')
    and is_deleted is not true
