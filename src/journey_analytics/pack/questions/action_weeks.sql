-- The number of each action in each week of the last quarter; times are in milliseconds. Weeks of too
-- few persons are not shown.
select
    concat_ws('/', w.action, w.first_day) as key,
    w.action,
    w.first_day,
    w.value * case p.unit when 'seconds' then 1000 when 'hours' then 3600000 else 1 end as value,
    w.n
from action_weeks as w
inner join action_progress as p on w.action = p.action
where w.persons >= $min_group
order by w.action, w.first_day
