-- From first to last sign of an issue, for journeys with a contact that are over.
select
    'resolved' as key,
    count(*) as journeys,
    count(distinct person_key) as persons,
    median(date_diff('microsecond', started_at, ended_at)) / 1000 as median_ms,
    percentile_disc(0.9) within group (
        order by date_diff('microsecond', started_at, ended_at)
    ) / 1000 as p90_ms
from known_journeys
where contacts > 0 and journey_status = 'resolved'
