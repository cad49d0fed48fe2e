-- How often each kind of moment happened, and what it cost in time.
select
    concat_ws('/', m.kind, m.variant) as key,
    m.kind,
    m.variant,
    count(*) as moments,
    count(distinct m.journey_key) as journeys,
    count(distinct m.contact_key) as contacts,
    count(distinct m.person_key) as persons,
    median(m.lost_ms) as median_ms,
    sum(m.lost_ms)::bigint as lost_ms
from moments as m
inner join known_journeys as j on m.journey_key = j.journey_key
group by grouping sets ((m.kind), (m.kind, m.variant))
having grouping(m.variant) = 1 or m.variant is not null
order by m.kind, grouping(m.variant) desc, m.variant
