-- How many beliefs were tested, and how many of the verdicts stand among all of them.
select
    'all' as key,
    count(q_value) as tested,
    count(*) filter (where q_value <= 0.05 and verdict <> 'not enough data') as standing
from beliefs
