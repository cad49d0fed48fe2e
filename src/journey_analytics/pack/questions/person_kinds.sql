select person_kind as key, person_kind as word, count(*) as size, count(*) as persons
from persons
group by person_kind
order by size desc, key
