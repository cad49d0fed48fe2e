-- What the ranking rests on; every pain point carries it.
select
    'basis' as key,
    any_value(basis) as basis,
    try_cast(regexp_extract(any_value(basis), '(-?\d+)-(-?\d+)$', 1) as integer) as scale_low,
    try_cast(regexp_extract(any_value(basis), '(-?\d+)-(-?\d+)$', 2) as integer) as scale_high
from pain_points
