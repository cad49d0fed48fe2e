-- What people in the room hold true, and what the data say to it. Numbers of groups that are too
-- small by the settings of now are left out: the warehouse may have been built when smaller were not.
with told as (
    select
        *,
        coalesce(persons_with = 0 or persons_with >= $min_group, false)
        and (persons_without = 0 or persons_without >= $min_group) as is_shown
    from beliefs
)

select
    belief as key,
    belief,
    statement,
    whose,
    moment,
    segment,
    claimed,
    threshold,
    verdict,
    because,
    effect_of = 'share of journeys' as is_share,
    case when is_shown then effect end as effect,
    case when is_shown then effect_low end as effect_low,
    case when is_shown then effect_high end as effect_high,
    smallest,
    q_value <= 0.05 as stands,
    case when is_shown then n_with end as n_with,
    case when is_shown then n_without end as n_without
from told
order by belief
