-- When it happens: weekday and block of three hours, on the clock of the project's zone.
with local_times as (
    select rank, person_key, timezone($zone, timezone('UTC', occurred_at)) as local_at
    from point_moments
    where rank <= $top
)

select
    concat_ws('/', rank, date_diff('day', date_trunc('week', local_at), local_at), hour(local_at) // 3) as key,
    rank,
    date_diff('day', date_trunc('week', local_at), local_at) as weekday,
    hour(local_at) // 3 as block,
    count(*) as moments,
    count(distinct person_key) as persons
from local_times
group by all
order by rank, weekday, block
