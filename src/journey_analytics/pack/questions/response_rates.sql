-- Who answered surveys, of those asked.
select
    concat_ws('/', instrument, dimension, value) as key,
    instrument,
    dimension,
    value,
    asked,
    answered,
    rate,
    rate_low,
    rate_high,
    answers_of_unknown
from response_rates
where persons >= $min_group
qualify row_number() over (partition by instrument, dimension order by asked desc nulls last, value) <= 8
order by instrument, dimension = 'all' desc, dimension, asked desc nulls last, value
