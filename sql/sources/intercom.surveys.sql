-- adapter: intercom
-- table: surveys
-- grain: one row per rating of a conversation
-- unit: ticket_id
-- inputs: conversations
-- stream: conversations format=pages records=conversations
-- times: epoch_s
-- optional: conversations."conversation_rating"
--
-- conversation_rating is from 1 to 5. That a rating was asked for and not given cannot be seen.
select
    c.record_key,
    c.id || '/rating' as response_id,
    'rating' as question_id,
    'csat' as metric,
    (c.conversation_rating ->> '$.rating') as score,
    '1' as scale_min,
    '5' as scale_max,
    'true' as higher_is_better,
    coalesce(c.conversation_rating ->> '$.created_at', c.updated_at) as answered_at,
    'complete' as status,
    (c.conversation_rating ->> '$.remark') as comment,
    c.id as ticket_id,
    json_extract_string(c.conversation_rating, '$.contact.id') as customer_ref,
    c.updated_at
from conversations as c
where (c.conversation_rating ->> '$.rating') is not null
