-- Burden by reason, channel, queue and kind: each journey counted once, with its worst pain point.
select
    concat_ws('/', dimension, value) as key,
    dimension,
    value,
    pain_points,
    journeys_hit,
    persons_hit,
    burden
from pain_point_totals
where persons_hit >= $min_group and dimension <> 'persona'
qualify row_number() over (partition by dimension order by burden desc, value) <= 6
order by dimension, burden desc, value
