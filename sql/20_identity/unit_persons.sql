-- model: unit_persons
-- grain: one row per unit that has a key or a link
-- key: unit_key
-- inputs: unit_anchors, person_nodes
-- per: person
--
-- A unit that is not here has neither: it is a person of its own, and never part of one giant
-- person of everyone without a key.
select
    a.unit_key,
    coalesce(n.component, a.anchor) as person_key
from unit_anchors as a
left join person_nodes as n on a.anchor = n.node
union all
select
    n.node,
    n.component
from person_nodes as n
left join unit_anchors as a on n.node = a.unit_key
where n.node >= 4611686018427387904 and a.unit_key is null
