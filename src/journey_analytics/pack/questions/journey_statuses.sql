select
    journey_status as key,
    journey_status as word,
    count(*) as size,
    count(distinct person_key) as persons
from known_journeys
group by journey_status
order by size desc, key
