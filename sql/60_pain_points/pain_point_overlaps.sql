-- model: pain_point_overlaps
-- grain: one row per ranked pain point that mostly shares its journeys with a worse one
-- key: pain_point
-- inputs: pain_points, pain_point_evidence
-- per: all
-- published: Pain points seen twice: most journeys of the one are journeys of a worse one too (a channel switch within a week is also a repeat contact).
--
-- Four of five journeys shared: then a reader should not count both.
with ranked as (
    select
        c.journey_key,
        p.pain_point,
        p.rank,
        p.journeys_hit
    from pain_points as p
    inner join pain_point_evidence as c on p.pain_point = c.pain_point
    where p.rank is not null
),

shared as (
    select
        a.pain_point,
        a.journeys_hit,
        b.pain_point as worse_pain_point,
        b.rank as worse_rank,
        count(*) as journeys_shared
    from ranked as a
    inner join ranked as b on a.journey_key = b.journey_key and a.rank > b.rank
    group by a.pain_point, a.journeys_hit, b.pain_point, b.rank
),

chosen as (
    select
        *,
        row_number() over (partition by pain_point order by worse_rank) as choice
    from shared
    where 5 * journeys_shared >= 4 * journeys_hit
)

select
    pain_point, -- the pain point (pain_points)
    worse_pain_point, -- the worse one that most of its journeys belong to as well
    worse_rank, -- rank of that one
    journeys_shared::bigint as journeys_shared -- journeys that both hit
from chosen
where choice = 1
