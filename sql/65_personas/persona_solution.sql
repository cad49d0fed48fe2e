-- model: persona_solution
-- grain: one row per number of groups tried, per persona, and per person with a persona
-- key: fact, groups, persona, person_key
-- inputs: person_issues
-- params: min_group
-- per: all
-- solve: personas
--
-- One issue shows no habit: persons with two or more are grouped.
select
    person_key,
    journey_key,
    entry_channel,
    reason_family,
    hours,
    is_weekend,
    visits,
    tenure_days,
    $min_group as min_group
from person_issues
where issues > 1
