select
    channel as key,
    channel as word,
    count(*) as size,
    count(distinct person_key) as persons
from counted_contacts
group by channel
order by size desc, key
