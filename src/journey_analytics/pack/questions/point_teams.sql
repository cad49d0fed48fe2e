-- The teams that dealt with the contacts a pain point happened at: who should be in the room.
with met as (
    select distinct m.rank, m.contact_key, m.person_key, w.team::varchar as team
    from point_moments as m
    inner join contact_work as w on m.contact_key = w.contact_key
    where m.rank <= $top and w.team is not null
)

select
    concat_ws('/', rank, team) as key,
    rank,
    team,
    count(*) as contacts,
    sum(count(*)) over (partition by rank)::bigint as contacts_of,
    count(*) / sum(count(*)) over (partition by rank) as share
from met
group by rank, team
having count(distinct person_key) >= $min_group
qualify row_number() over (partition by rank order by count(*) desc, team) <= 3
order by rank, contacts desc, team
