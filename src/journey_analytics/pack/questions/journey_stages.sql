select
    stage as key,
    stage as word,
    count(*) as size,
    count(distinct person_key) as persons
from known_journeys
group by stage
order by size desc, key
