-- model: persona_pains
-- grain: one row per persona or segment, and kind
-- key: group_kind, persona, kind
-- inputs: persona_lifts
-- per: all
-- published: Kinds of moments that hit persons of a persona or segment, beside the others.
select
    group_kind, -- persona, segment
    persona, -- which (personas)
    value as kind, -- kind of moment (moment_kinds)
    hits::integer as persons, -- persons of the group hit by it at least once
    hits_of::integer as persons_of, -- persons of the group
    others::integer as others, -- others hit by it at least once
    others_of::integer as others_of, -- all others
    lift, -- share of the group over share of the others; empty: too few to say
    lift_low, -- its 95 % interval, lower end
    lift_high, -- upper end
    q_value -- false discovery rate at which it counts as different
from persona_lifts
where trait = 'kind'
