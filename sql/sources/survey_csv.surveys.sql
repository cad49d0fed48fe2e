-- adapter: survey_csv
-- table: surveys
-- grain: one row per question of a response; an unanswered invitation is a row too
-- unit: response_id
-- inputs: records
-- stream: records format=csv
-- optional: records."question_id", records."scale_min", records."scale_max", records."sent_at"
-- optional: records."started_at", records."status", records."comment", records."language"
-- optional: records."ref_type", records."ref_id", records."channel", records."queue"
-- optional: records."customer_number", records."email", records."phone", records."updated_at"
-- optional: records."higher_is_better"
--
-- A plain export of NPS, CSAT or CES answers. Needed: response_id, metric, score, answered_at.
-- Scales that the file does not state are the usual ones: NPS 0-10, CSAT 1-5, CES 1-7, more is
-- better. A CES where less is better must say so in higher_is_better: it cannot be guessed.
-- ref_id names a call, ticket or conversation (ref_type); which source's is the project's
-- calls_of and tickets_of.
select
    r.record_key,
    r.response_id,
    coalesce(r.question_id, lower(r.metric)) as question_id,
    case
        when lower(r.metric) in ('nps', 'csat', 'ces', 'fcr', 'importance') then lower(r.metric)
        when r.metric is not null then 'other'
    end as metric,
    r.score,
    coalesce(
        r.scale_min,
        case lower(r.metric) when 'nps' then '0' when 'csat' then '1' when 'ces' then '1' end
    ) as scale_min,
    coalesce(
        r.scale_max,
        case lower(r.metric) when 'nps' then '10' when 'csat' then '5' when 'ces' then '7' end
    ) as scale_max,
    coalesce(r.higher_is_better, 'true') as higher_is_better,
    r.sent_at,
    r.started_at,
    r.answered_at,
    coalesce(lower(r.status), case when r.score is not null then 'complete' else 'sent' end) as status,
    r.comment,
    r.language,
    case when lower(r.ref_type) = 'ticket' then r.ref_id end as ticket_id,
    case when lower(r.ref_type) = 'call' then r.ref_id end as call_id,
    case when lower(r.ref_type) in ('conversation', 'chat') then r.ref_id end as conversation_id,
    r.queue,
    r.channel,
    r.customer_number as external_id,
    r.email,
    r.phone,
    r.updated_at
from records as r
