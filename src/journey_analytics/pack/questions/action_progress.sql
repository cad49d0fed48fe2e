-- Actions of actions.csv: what changed there, what changed elsewhere, and the difference of both.
-- Times are in milliseconds.
with measured as (
    select
        *,
        -- None where the group is too small: then no number is.
        case
            when persons >= $min_group
                then case unit when 'seconds' then 1000 when 'hours' then 3600000 else 1 end
        end as scale,
        case unit when 'seconds' then 1000 when 'hours' then 3600000 else 1 end as unit_scale
    from action_progress
)

select
    action as key,
    pain_point,
    what,
    owner,
    deadline,
    is_due,
    metric,
    wanted,
    target * unit_scale as target,
    segment,
    start_date,
    effort,
    verdict,
    because,
    unit,
    value_before * scale as value_before,
    value * scale as value,
    value_low * scale as value_low,
    value_high * scale as value_high,
    case when persons >= $min_group then n_before end as n_before,
    case when persons >= $min_group then n_after end as n_after,
    change * scale as change,
    change_low * scale as change_low,
    change_high * scale as change_high,
    other_change * scale as other_change,
    other_low * scale as other_change_low,
    other_high * scale as other_change_high,
    difference * scale as difference,
    difference_low * scale as difference_low,
    difference_high * scale as difference_high
from measured
order by action
