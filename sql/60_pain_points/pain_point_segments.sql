-- model: pain_point_segments
-- grain: one row per ranked pain point and part of the journeys compared
-- key: pain_point, segment_kind, segment
-- inputs: pain_point_counterparts, pain_points
-- params: min_group
-- per: all
-- published: Counter-evidence: how like journeys without a pain point fared, and where its effect is weakest or reversed.
--
-- Parts that hold fewer persons hit than the smallest group shown are left out. The first of the
-- weakest parts, by name, is marked.
with shown as (
    select
        c.*,
        row_number() over (
            partition by c.pain_point, c.segment_kind = 'all'
            order by c.difference desc, c.segment_kind, c.segment
        ) as place
    from pain_point_counterparts as c
    inner join pain_points as p on c.pain_point = p.pain_point
    where p.rank is not null and c.hit_persons >= $min_group and c.other_persons >= $min_group
)

select
    pain_point, -- the pain point (pain_points)
    segment_kind, -- all, entry channel, month, persona, or before (whether another moment came before it)
    segment, -- which part
    hit_scored, -- scored journeys with it
    other_scored, -- scored journeys without it, of the same reason
    difference, -- score difference with and without it in this part, the same held fixed; negative is worse
    difference_low, -- its 95 % interval, lower end
    difference_high, -- upper end
    matched_hit, -- scored journeys with it that have a match: same reason, entry channel and month
    score_with, -- their mean score
    score_without, -- mean score of the matches without it, weighted like those with it
    segment_kind <> 'all' and place = 1 as is_weakest -- the part where it does least harm, or good
from shown
