-- How many update triggers could be judged.
select
    'all' as key,
    count(*) as judged
from triggers
