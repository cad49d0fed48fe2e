-- From first to last sign of an issue, for journeys with a contact that are over.
with lasting as (
    select person_key, date_diff('microsecond', started_at, ended_at) / 1000 as lasted_ms
    from known_journeys
    where contacts > 0 and journey_status = 'resolved'
),

sorted as (
    select
        count(*) as journeys,
        count(distinct person_key) as persons,
        list(lasted_ms order by lasted_ms) as durations
    from lasting
)

select
    'resolved' as key,
    journeys,
    persons,
    list_median(durations) as median_ms,
    median_low(durations) as median_ms_low,
    median_high(durations) as median_ms_high,
    at_rank(durations, ceil(0.9 * journeys)) as p90_ms
from sorted
