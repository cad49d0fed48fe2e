-- model: persona_labels
-- grain: one row per persona
-- key: persona
-- inputs: persona_traits
-- per: all
-- solve: persona_labels
--
-- Names are made from what sets a persona apart.
select
    persona,
    feature,
    value,
    spreads_apart,
    q_value
from persona_traits
where group_kind = 'persona'
