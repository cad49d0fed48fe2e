-- model: person_nodes
-- grain: one row per key (or keyless unit) that is linked to another
-- key: node
-- inputs: person_edges
-- per: person
-- solve: connected_components
--
-- Edges in, components out: everyone reachable is one person, named by the smallest node, which is
-- its best key.
select
    a,
    b
from person_edges
