-- model: persona_members
-- grain: one row per person and group it is described in
-- key: group_kind, persona, person_key
-- inputs: person_personas, person_segments
-- params: min_group
-- per: all
--
-- Personas and declared segments get the same cards. Groups below the smallest shown are left out.
with members as (
    select 'persona' as group_kind, persona, person_key
    from person_personas
    where persona not in ('no contact', 'one issue', 'no persona')
    union all
    select 'segment', s.segment, s.person_key
    from person_segments as s
    inner join person_personas as p on s.person_key = p.person_key
)

select
    group_kind,
    persona,
    person_key
from members
qualify count(*) over (partition by group_kind, persona) >= $min_group
