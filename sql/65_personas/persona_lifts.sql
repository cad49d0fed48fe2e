-- model: persona_lifts
-- grain: one row per persona or segment, and reason or kind of moment its persons met
-- key: group_kind, persona, trait, value
-- inputs: person_personas, persona_members, contacts, journeys, pain_point_evidence
-- params: min_group
-- per: all
-- solve: persona_lifts
--
-- Persons of a group with a journey about a reason, or hit by a kind of moment, against others.
-- Counts are of persons, so that nobody counts twice. Others of a persona are persons of other
-- personas; of a segment, all others with a contact.
with met as (
    select distinct j.person_key, 'reason' as trait, cast(j.reason as varchar) as value
    from journeys as j
    inner join contacts as c on j.journey_key = c.journey_key
    where c.excluded_rule is null
    union
    select person_key, 'kind', cast(kind as varchar) from pain_point_evidence
),

compared as (
    select distinct
        g.group_kind,
        p.person_key
    from (select distinct group_kind from persona_members) as g
    cross join person_personas as p
    where
        (g.group_kind = 'persona' and p.persona not in ('no contact', 'one issue', 'no persona'))
        or (g.group_kind = 'segment' and p.persona <> 'no contact')
),

sizes as (
    select group_kind, count(*) as persons from compared group by group_kind
),

totals as (
    select c.group_kind, m.trait, m.value, count(*) as persons
    from compared as c
    inner join met as m on c.person_key = m.person_key
    group by c.group_kind, m.trait, m.value
),

members as (
    select m.group_kind, m.persona, m.person_key
    from persona_members as m
    inner join compared as c on m.group_kind = c.group_kind and m.person_key = c.person_key
),

of_groups as (
    select group_kind, persona, count(*) as persons from members group by group_kind, persona
),

hits as (
    select g.group_kind, g.persona, m.trait, m.value, count(*) as persons
    from members as g
    inner join met as m on g.person_key = m.person_key
    group by g.group_kind, g.persona, m.trait, m.value
)

select
    h.group_kind,
    h.persona,
    h.trait,
    h.value,
    h.persons as hits,
    g.persons as hits_of,
    t.persons - h.persons as others,
    s.persons - g.persons as others_of
from hits as h
inner join of_groups as g on h.group_kind = g.group_kind and h.persona = g.persona
inner join sizes as s on h.group_kind = s.group_kind
inner join totals as t on h.group_kind = t.group_kind and h.trait = t.trait and h.value = t.value
where h.persons >= $min_group
