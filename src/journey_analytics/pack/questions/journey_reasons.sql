select
    reason as key,
    reason as word,
    count(*) as size,
    count(distinct person_key) as persons
from known_journeys
group by reason
order by size desc, key
