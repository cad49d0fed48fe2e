-- adapter: call_report
-- table: calls
-- grain: one row per call; the report knows no legs
-- unit: call_id
-- inputs: records
-- units: queue_wait_ms s, talk_ms hh:mm:ss
--
-- The report names no customer: every call is a person of its own, so nothing can repeat. It names
-- an agent on calls that nobody answered too, who is left out here. How long those callers waited
-- is not in it: their wait stays empty, and so does the end of the call.
-- "Resolved" is the agent's word and stands as the disposition; the reason is the topic.
-- The workbook holds times of day, the CSV text; both arrive as the same text here.
select
    r.record_key,
    r."Call Id" as leg_id,
    r."Call Id" as call_id,
    case when r."Answered (Y/N)" = 'Y' then 'agent' else 'queue' end as leg_kind,
    'inbound' as direction,
    'voice' as channel,
    r."Date" || ' ' || r."Time" as started_at,
    strftime(
        try_cast(r."Date" || ' ' || r."Time" as timestamp)
        + to_seconds(try_cast(r."Speed of answer in seconds" as double))
        + try_cast(r."AvgTalkDuration" as interval),
        '%Y-%m-%d %H:%M:%S'
    ) as ended_at,
    r."Speed of answer in seconds" as queue_wait_ms,
    r."AvgTalkDuration" as talk_ms,
    case when r."Answered (Y/N)" = 'Y' then r."Agent" end as agent_id,
    r."Answered (Y/N)" as agent_answered,
    case when r."Answered (Y/N)" = 'Y' then 'answered' else 'abandoned_queue' end as outcome,
    case when r."Answered (Y/N)" = 'N' then 'customer' end as ended_by,
    case r."Resolved" when 'Y' then 'resolved' when 'N' then 'not resolved' end as disposition,
    r."Topic" as contact_reason
from records as r
