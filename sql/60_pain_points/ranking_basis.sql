-- model: ranking_basis
-- grain: the one basis that pain points are ranked by
-- key: basis
-- inputs: journey_scores
-- params: min_scored
-- per: all
--
-- One basis per ranking: the instrument with the most scored journeys, if there are enough to tell
-- anything; else time lost by customers, and the ranking says so.
with counted as (
    select
        instrument,
        count(*) as scored,
        row_number() over (order by count(*) desc, instrument) as place
    from journey_scores
    group by instrument
)

select
    coalesce(max(c.instrument), 'customer hours lost') as basis,
    coalesce(max(c.scored), 0)::bigint as scored_journeys
from (select $min_scored as scored) as m
left join counted as c on c.place = 1 and c.scored >= m.scored
