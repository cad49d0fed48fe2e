-- What each source covers, by kind of record.
select
    concat_ws('/', source, kind_of_record) as key,
    source,
    kind_of_record,
    min(day) as first_day,
    max(day) as last_day,
    sum(row_count)::bigint as row_count
from coverage
group by source, kind_of_record
order by min(source), kind_of_record
