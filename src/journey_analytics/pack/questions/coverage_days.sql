-- Rows per day, for the strips.
select
    concat_ws('/', source, kind_of_record, day) as key,
    concat_ws('/', source, kind_of_record) as span,
    day,
    row_count
from coverage
order by span, day
