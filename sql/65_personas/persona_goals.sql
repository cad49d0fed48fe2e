-- model: persona_goals
-- grain: one row per persona or segment, and reason
-- key: group_kind, persona, reason
-- inputs: persona_lifts
-- per: all
-- published: What personas and segments get in touch about, beside the others.
select
    group_kind, -- persona, segment
    persona, -- which (personas)
    value as reason, -- the contact reason
    hits::integer as persons, -- persons of the group with a journey about it
    hits_of::integer as persons_of, -- persons of the group
    others::integer as others, -- others with a journey about it
    others_of::integer as others_of, -- all others
    lift, -- share of the group over share of the others; empty: too few to say
    lift_low, -- its 95 % interval, lower end
    lift_high, -- upper end
    q_value -- false discovery rate at which it counts as different
from persona_lifts
where trait = 'reason'
