-- What the future state asks for, and how many of today's journeys would fail it.
select
    concat_ws('/', constraint_no, dimension, value) as key,
    constraint_no,
    name,
    dimension,
    value,
    case when is_shown then journeys end as journeys,
    case when is_shown then journeys_failing end as journeys_failing,
    case when is_shown then share end as share,
    case when is_shown then share_low end as share_low,
    case when is_shown then share_high end as share_high,
    coalesce(untested_because, case when not is_shown then 'too few persons' end) as because
from (
    select
        *,
        coalesce(persons >= $min_group, false)
        and (persons_failing = 0 or persons_failing >= $min_group) as is_shown
    from future_checks
)
where is_shown or dimension = 'all'
order by constraint_no, dimension <> 'all', share desc, value
