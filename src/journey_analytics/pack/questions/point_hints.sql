-- Hints of cause: what contacts with the pain point have more often than others. At most three each.
select
    concat_ws('/', p.rank, h.trait, h.value) as key,
    p.rank,
    h.trait,
    h.value,
    h.hits,
    h.hits_of,
    h.hits / h.hits_of as share,
    h.others / nullif(h.others_of, 0) as other_share,
    h.others_of,
    h.lift,
    h.lift_low,
    h.lift_high
from pain_point_hints as h
inner join shown_points as p on h.pain_point = p.pain_point
where
    p.rank <= $top
    -- What the pain point is named by says nothing new of it.
    and h.trait not in ('reason', 'queue')
    and h.hits >= $min_group
    -- Where nearly all contacts of a kind are one team's, its share cannot be much larger.
    and h.lift_low >= 1.1
qualify row_number() over (partition by p.rank order by h.lift_low desc, h.trait, h.value) <= 3
order by p.rank, h.lift_low desc, key
