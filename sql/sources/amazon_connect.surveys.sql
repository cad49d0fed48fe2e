-- adapter: amazon_connect
-- table: surveys
-- grain: one row per post-call survey: a flow that starts when the agent has hung up
-- unit: call_id
-- inputs: records
-- stream: records format=pages
-- optional: records."Attributes", records."InitialContactId", records."Agent"
--
-- A survey asked by a contact flow leaves its answer as a contact attribute of the leg that
-- InitiationMethod DISCONNECT began. The attribute's name is the account's own ("survey_score"
-- here, a csat from 1 to 5): change it, its metric and its scale to yours. Legs without the
-- attribute give no row.
select
    r.record_key,
    r."ContactId" as response_id,
    'survey_score' as question_id,
    'csat' as metric,
    (r."Attributes" ->> '$.survey_score') as score,
    '1' as scale_min,
    '5' as scale_max,
    'true' as higher_is_better,
    r."InitiationTimestamp" as started_at,
    r."DisconnectTimestamp" as answered_at,
    'complete' as status,
    coalesce(r."InitialContactId", r."ContactId") as call_id,
    'voice' as channel,
    r."LastUpdateTimestamp" as updated_at
from records as r
where r."InitiationMethod" = 'DISCONNECT' and (r."Attributes" ->> '$.survey_score') is not null
