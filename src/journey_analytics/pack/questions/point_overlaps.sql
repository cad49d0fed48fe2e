-- Pain points most of whose journeys belong to a worse one too.
select p.rank::varchar as key, p.rank, o.worse_rank, o.journeys_shared
from pain_point_overlaps as o
inner join pain_points as p on o.pain_point = p.pain_point
where p.rank <= $top
order by p.rank
