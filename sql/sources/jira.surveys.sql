-- adapter: jira
-- table: surveys
-- grain: one row per rated request
-- unit: ticket_id
-- inputs: issues
-- stream: issues format=pages records=issues
--
-- The rating of Jira Service Management is a custom field from 1 to 5; its number is the account's
-- own, change it in "account" (general knowledge). When it was given is the request's last change at
-- the latest: the export does not tell it, so that change stands for it.
with account as (
    select 'customfield_10002' as rating_field
),

rated as (
    select
        i.record_key,
        i.id as ticket_id,
        (i.fields ->> '$.reporter.accountId') as reporter,
        (i.fields ->> '$.updated') as updated_at,
        coalesce(
            json_extract_string(i.fields, '$.' || a.rating_field || '.rating'),
            json_extract_string(i.fields, '$.' || a.rating_field)
        ) as rating,
        json_extract_string(i.fields, '$.' || a.rating_field || '.comment.body') as comment
    from issues as i
    cross join account as a
)

select
    r.record_key,
    r.ticket_id || '/rating' as response_id,
    'rating' as question_id,
    'csat' as metric,
    r.rating as score,
    '1' as scale_min,
    '5' as scale_max,
    'true' as higher_is_better,
    r.updated_at as answered_at,
    'complete' as status,
    r.comment,
    r.ticket_id,
    r.reporter as customer_ref,
    r.updated_at
from rated as r
where r.rating is not null
