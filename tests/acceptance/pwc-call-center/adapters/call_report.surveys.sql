-- adapter: call_report
-- table: surveys
-- grain: one row per rated call
-- unit: response_id
-- inputs: records
-- ignore: records.not_rated: "Satisfaction rating" is null
--
-- The rating after the call, 1 to 5, more is better. Its time is not in the report: the call's end
-- stands in. Only answered calls have one, so whoever gave up is silent here. "ignore" concerns
-- this table alone: an unrated call is still a call.
select
    r.record_key,
    r."Call Id" as response_id,
    'rating' as question_id,
    'csat' as metric,
    r."Satisfaction rating" as score,
    1 as scale_min,
    5 as scale_max,
    true as higher_is_better,
    strftime(
        try_cast(r."Date" || ' ' || r."Time" as timestamp)
        + to_seconds(try_cast(r."Speed of answer in seconds" as double))
        + try_cast(r."AvgTalkDuration" as interval),
        '%Y-%m-%d %H:%M:%S'
    ) as answered_at,
    'complete' as status,
    r."Call Id" as call_id,
    'voice' as channel
from records as r
