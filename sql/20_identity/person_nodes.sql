-- model: person_nodes
-- grain: one row per unit or key that is linked to another
-- key: node
-- inputs: identity_keys, shared_keys, unit_links
-- per: all
-- solve: connected_components
--
-- Edges in, components out: everyone reachable is one person, named by the smallest node, which is
-- its best key. A unit that is not here has no usable key and is a person of its own.
select
    k.unit_key as a,
    k.key as b
from identity_keys as k
left join shared_keys as s on k.key = s.key
where s.key is null
union all
select
    a,
    b
from unit_links
