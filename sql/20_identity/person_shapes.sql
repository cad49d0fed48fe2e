-- model: person_shapes
-- grain: one row per person with a key or a link
-- key: person_key
-- inputs: unit_persons, identity_keys, shared_keys, person_nodes, person_bridges
-- per: person
-- published: How well each person hangs together: many keys held by few records, or by a single one, are worth a look.
with keys as (
    select
        u.person_key,
        count(*) as links,
        count(distinct k.key) as linked_keys
    from identity_keys as k
    inner join unit_persons as u on k.unit_key = u.unit_key
    left join shared_keys as s on k.key = s.key
    where s.key is null
    group by u.person_key
),

units as (
    select
        person_key,
        count(*) as units
    from unit_persons
    group by person_key
),

threads as (
    select
        n.component as person_key,
        count(*) as bridges
    from person_bridges as b
    inner join person_nodes as n on b.a = n.node
    group by n.component
)

select
    u.person_key, -- whose it is (persons)
    u.units::integer as units, -- calls, tickets, conversations, responses and visits
    coalesce(k.linked_keys, 0)::integer as linked_keys, -- different keys on them that link
    coalesce(k.links, 0)::integer as links, -- keys on units, counted on each
    coalesce(k.links / nullif(u.units * k.linked_keys, 0), 0.0) as density, -- links over the most there could be: 1 where every unit carries every key
    coalesce(t.bridges, 0)::integer as bridges -- pairs of keys that a single record joins: without it the person would be two
from units as u
left join keys as k on u.person_key = k.person_key
left join threads as t on u.person_key = t.person_key
