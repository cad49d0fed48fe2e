-- What sets a group apart most clearly: at most five habits each, none smaller than a fifth of a spread
-- (by Cohen's convention the least that counts as a difference).
select
    concat_ws('/', group_kind, persona, feature, value) as key,
    group_kind,
    persona,
    feature,
    value,
    mean,
    others_mean,
    difference,
    difference_low,
    difference_high
from persona_traits
where q_value <= 0.05 and spreads_apart >= 0.2
qualify row_number() over (partition by group_kind, persona order by spreads_apart desc, feature, value) <= 5
order by group_kind, persona, spreads_apart desc, feature, value
