select
    excluded_rule as key,
    excluded_rule as word,
    count(*) as size,
    count(distinct person_key) as persons
from contacts
where excluded_rule is not null
group by excluded_rule
order by size desc, key
