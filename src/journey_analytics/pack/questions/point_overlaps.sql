-- Pain points most of whose journeys belong to a worse one too.
select p.rank::varchar as key, p.rank, w.rank as worse_rank, o.journeys_shared
from pain_point_overlaps as o
inner join shown_points as p on o.pain_point = p.pain_point
inner join shown_points as w on o.worse_rank = w.published_rank
where p.rank <= $top
order by p.rank
