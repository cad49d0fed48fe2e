-- Pain points that have no rank, by reason.
select
    not_ranked_because as key,
    not_ranked_because as because,
    count(*) as points
from pain_points
where not_ranked_because is not null and persons_hit >= $min_group
group by not_ranked_because
order by points desc, because
