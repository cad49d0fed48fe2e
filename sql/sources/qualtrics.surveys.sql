-- adapter: qualtrics
-- table: surveys
-- grain: one row per scored question of a response, and per invitation nobody answered
-- unit: response_id
-- inputs: responses, responses_json, distributions
-- stream: responses format=qualtrics
-- stream: responses_json format=pages records=responses
-- stream: distributions format=csv
-- optional: responses_json."responseId", distributions."_fivetran_synced"
-- optional: distributions."response_id", distributions."response_completed_at"
-- optional: distributions."response_started_at", distributions."contact_lookup_id"
-- ignore: distributions.answered: response_id is not null
--
-- Responses as CSV or TSV with the three header rows (columns go by the ImportId of the third; the
-- other two change when the survey is edited), as the older CSV with V1, V2, …, or as JSON v3.
-- Times of a CSV are local to the account or to the zone asked for and carry none: declare the
-- source's timezone. JSON has Z.
-- Which question is what is the account's own: "questions" maps ImportIds to metrics and scales;
-- change it to yours. A question beside which Qualtrics has put QID_NPS_GROUP is an NPS question
-- by itself (general knowledge), other single numbers are metric "other" without a scale. Choice
-- texts like "10 - Extremely likely" count by their first number. QID_TEXT is a comment.
-- Status 1 is a preview, 2 a test, 8 spam, 0, 4 and 16 are answers (codes beyond 0 to 2 not
-- verified); labels are taken too. Finished 0 is a partial response.
-- The ticket or call is ExternalReference; where it names a call, say so in "account".
-- distributions is the distribution history (sent, opened, answered; names as Fivetran has them):
-- what was answered is in the responses, the rest counts for the response rate.
with account as (
    select 'ticket' as reference_is
),

questions as (
    select
        v.question_id,
        v.metric,
        v.scale_min,
        v.scale_max,
        v.higher_is_better
    from (
        values
        ('QID_csat', 'csat', '1', '5', 'true'),
        ('QID_ces', 'ces', '1', '7', 'true')
    ) as v (question_id, metric, scale_min, scale_max, higher_is_better)
),

responses_read as (
    select
        r.record_key,
        r."values" as answers
    from responses as r
    union all
    select
        j.record_key,
        json_merge_patch(json_object('_recordId', j."responseId"), j."values")::varchar as answers
    from responses_json as j
),

named as (
    select
        r.record_key,
        r.answers,
        coalesce(r.answers ->> '$._recordId', r.answers ->> '$.ResponseID') as response_id,
        coalesce(r.answers ->> '$.startDate', r.answers ->> '$.StartDate') as started_at,
        coalesce(
            r.answers ->> '$.recordedDate', r.answers ->> '$.endDate', r.answers ->> '$.EndDate'
        ) as answered_at,
        lower(coalesce(r.answers ->> '$.status', r.answers ->> '$.Status')) as status,
        lower(coalesce(r.answers ->> '$.finished', r.answers ->> '$.Finished', '1')) as finished,
        coalesce(
            r.answers ->> '$.externalDataReference', r.answers ->> '$.ExternalDataReference'
        ) as reference,
        coalesce(r.answers ->> '$.recipientEmail', r.answers ->> '$.EmailAddress') as email,
        (r.answers ->> '$.userLanguage') as language,
        unnest(json_keys(r.answers)) as question_id
    from responses_read as r
),

commented as (
    select
        n.*,
        json_extract_string(n.answers, '/' || n.question_id) as answer,
        first_value(
            case
                when regexp_matches(n.question_id, '^Q(ID)?[0-9]+.*_TEXT$')
                    then json_extract_string(n.answers, '/' || n.question_id)
            end ignore nulls
        ) over (
            partition by n.record_key order by n.question_id
            rows between unbounded preceding and unbounded following
        ) as comment,
        list_contains(json_keys(n.answers), n.question_id || '_NPS_GROUP') as is_nps
    from named as n
),

scored as (
    select
        c.*,
        q.metric as mapped,
        q.scale_min,
        q.scale_max,
        q.higher_is_better,
        regexp_extract(c.answer, '^(-?[0-9]+(\.[0-9]+)?)( ?-.*)?$', 1) as score,
        -- A response without a number in it is a row too, so that it is counted.
        row_number() over (
            partition by c.record_key
            order by
                q.metric is not null desc,
                regexp_matches(c.question_id, '^Q(ID)?[0-9]+$')
                and regexp_matches(c.answer, '^-?[0-9]+(\.[0-9]+)?( ?-.*)?$') desc,
                c.question_id
        ) as rank,
        q.metric is not null
        or (
            regexp_matches(c.question_id, '^Q(ID)?[0-9]+$')
            and regexp_matches(c.answer, '^-?[0-9]+(\.[0-9]+)?( ?-.*)?$')
        ) as is_scored
    from commented as c
    left join questions as q on c.question_id = q.question_id
),

answered as (
    select
        s.record_key,
        s.response_id,
        case when s.is_scored then s.question_id else 'none' end as question_id,
        case
            when not s.is_scored then 'other'
            when s.mapped is not null then s.mapped
            when s.is_nps then 'nps'
            else 'other'
        end as metric,
        case when s.is_scored then nullif(s.score, '') end as score,
        case when s.is_nps and s.mapped is null then '0' else s.scale_min end as scale_min,
        case when s.is_nps and s.mapped is null then '10' else s.scale_max end as scale_max,
        coalesce(s.higher_is_better, 'true') as higher_is_better,
        s.started_at,
        case when s.finished in ('1', 'true') then s.answered_at end as answered_at,
        case
            when s.status in ('1', 'survey preview') then 'preview'
            when s.status in ('2', 'survey test') then 'test'
            when s.status in ('8', 'spam') then 'spam'
            when s.finished in ('1', 'true') then 'complete'
            else 'partial'
        end as status,
        s.comment,
        s.language,
        s.reference,
        s.email
    from scored as s
    where s.is_scored or s.rank = 1
)

select
    a.record_key,
    a.response_id,
    a.question_id,
    a.metric,
    a.score,
    a.scale_min,
    a.scale_max,
    a.higher_is_better,
    null as sent_at,
    a.started_at,
    a.answered_at,
    a.status,
    a.comment,
    a.language,
    case when t.reference_is = 'ticket' then a.reference end as ticket_id,
    case when t.reference_is = 'call' then a.reference end as call_id,
    a.email
from answered as a
cross join account as t
union all
select
    d.record_key,
    d.distribution_id || '/' || coalesce(d.contact_id, d.row_id) as response_id,
    'invitation' as question_id,
    'other' as metric,
    null as score,
    null as scale_min,
    null as scale_max,
    null as higher_is_better,
    d.sent_at,
    d.response_started_at as started_at,
    null as answered_at,
    case
        when lower(d.status) like '%bounce%' or lower(d.status) like '%fail%' then 'bounced'
        when lower(d.status) like '%expired%' then 'expired'
        when d.response_started_at is not null then 'partial'
        else 'sent'
    end as status,
    null as comment,
    null as language,
    null as ticket_id,
    null as call_id,
    null as email
from distributions as d
