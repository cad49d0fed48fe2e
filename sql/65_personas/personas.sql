-- model: personas
-- grain: one row per persona, segment, and declared group of the other persons
-- key: group_kind, persona
-- inputs: person_personas, persona_members, persona_labels, persona_solution
-- params: min_group
-- per: all
-- published: Who the customers are: personas found in their habits, segments declared by the user, and who has neither. Groups below the smallest shown are left out.
--
-- Shares are of all persons in customer denominators, with a 95 % Wilson interval. That there are no
-- stable personas in the data is an answer, and a row.
with groups as (
    select group_kind, persona, count(*) as persons from persona_members group by group_kind, persona
    union all
    select 'rest', persona, count(*)
    from person_personas
    where persona in ('no contact', 'one issue', 'no persona')
    group by persona
    having count(*) >= $min_group
),

active as (
    select count(*) as persons from person_personas
),

of_personas as (
    select persona, stability from persona_solution where fact = 'persona'
),

tried as (
    select count(*) as trials from persona_solution where fact = 'trial'
)

select
    g.group_kind, -- persona, segment (declared by the user), rest
    g.persona, -- which: P1 and so on in this run (persona_names has the name that lasts), the segment's word, or no contact, one issue, no persona
    coalesce(l.label, g.persona) as label, -- a name made from what sets it apart in this run
    g.persons::integer as persons, -- persons in it
    g.persons / nullif(a.persons, 0) as share, -- of all persons in customer denominators
    (g.persons + 1.92073 - 1.959964 * sqrt(g.persons * (a.persons - g.persons) / nullif(a.persons, 0) + 0.960365))
    / nullif(a.persons + 3.841459, 0) as share_low, -- its 95 % interval, lower end
    (g.persons + 1.92073 + 1.959964 * sqrt(g.persons * (a.persons - g.persons) / nullif(a.persons, 0) + 0.960365))
    / nullif(a.persons + 3.841459, 0) as share_high, -- upper end
    s.stability, -- of a persona: how much of it comes back when persons are drawn again (mean Jaccard index)
    case
        when g.group_kind = 'persona' then 'found'
        when g.group_kind = 'segment' then 'declared'
        when g.persona = 'no persona' and t.trials = 0 then 'too few persons to look for personas'
        when g.persona = 'no persona' then 'no stable personas in this data'
        when g.persona = 'one issue' then 'one issue shows no habit'
        else 'no contact in this data'
    end as status -- what the group is
from groups as g
cross join active as a
cross join tried as t
left join persona_labels as l on g.group_kind = 'persona' and g.persona = l.persona
left join of_personas as s on g.group_kind = 'persona' and g.persona = s.persona
