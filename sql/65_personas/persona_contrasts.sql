-- model: persona_contrasts
-- grain: one row per persona or segment, and value of a habit
-- key: group_kind, persona, feature, value
-- inputs: person_issues, persona_members
-- per: all
-- solve: persona_traits
--
-- Issues and members in; out comes every value of a habit in a group, among the others, and how far apart
-- they are.
select
    'issue' as fact,
    person_key,
    journey_key,
    entry_channel,
    reason_family,
    hours,
    is_weekend,
    visits,
    tenure_days,
    null as group_kind,
    null as persona
from person_issues
union all
select
    'member', m.person_key, null, null, null, null, null, null, null, m.group_kind, m.persona
from persona_members as m
