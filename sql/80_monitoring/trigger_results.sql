-- model: trigger_results
-- grain: one row per rule, measure and subject that was judged
-- key: rule, measure, dimension, subject
-- inputs: monitored_days, trigger_inputs
-- params: as_of
-- per: all
-- solve: triggers
--
-- The last week and the eight before it, with what the settings and lists say: limits, holidays,
-- announcements, issued packs (docs/monitoring.md).
select
    'count' as fact,
    measure,
    dimension,
    subject,
    cast(channel as varchar) as channel,
    cast(reason as varchar) as reason,
    cast(queue as varchar) as queue,
    day,
    cast(null as date) as until_day,
    cast(null as date) as issued_day,
    n,
    total,
    cast(null as double) as value
from monitored_days
where day >= cast($as_of as date) - interval 70 day
union all
select fact, null, null, subject, channel, null, null, day, until_day, issued_day, null, null, value
from trigger_inputs
