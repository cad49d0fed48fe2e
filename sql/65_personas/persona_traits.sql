-- model: persona_traits
-- grain: one row per persona or segment, and value of a habit
-- key: group_kind, persona, feature, value
-- inputs: persona_contrasts
-- per: all
-- published: What sets personas and segments apart: their habits beside those of the others.
--
-- Others of a persona are persons of other personas; of a segment, all others with a contact.
select
    group_kind, -- persona, segment
    persona, -- which (personas)
    feature, -- channel, reason family, time of day, weekend (shares of a person's issues, by their first contact); self-service share; tenure days; issues per month
    value, -- the channel, family, time or day; empty where the feature is a number
    mean, -- mean over its persons
    others_mean, -- mean over the others
    difference, -- mean less others_mean
    difference_low, -- its 95 % interval, lower end
    difference_high, -- upper end
    spreads_apart, -- the difference in standard deviations within the groups
    q_value -- false discovery rate at which it counts as different
from persona_contrasts
