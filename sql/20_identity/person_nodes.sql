-- model: person_nodes
-- grain: one row per key (or keyless unit) that is linked to another
-- key: node
-- inputs: identity_keys, shared_keys, unit_anchors, unit_links
-- per: person
-- solve: connected_components
--
-- Edges in, components out: everyone reachable is one person, named by the smallest node, which is
-- its best key. Keys on one unit are linked; so are units of which one names the other, unless
-- either is one that too many name.
select distinct
    a.anchor as a,
    k.key as b
from identity_keys as k
inner join unit_anchors as a on k.unit_key = a.unit_key
left join shared_keys as s on k.key = s.key
where s.key is null and k.key <> a.anchor
union all
select
    coalesce(x.anchor, l.a),
    coalesce(y.anchor, l.b)
from unit_links as l
left join unit_anchors as x on l.a = x.unit_key
left join unit_anchors as y on l.b = y.unit_key
left join shared_keys as s on l.a = s.key
left join shared_keys as t on l.b = t.key
where coalesce(x.anchor, l.a) <> coalesce(y.anchor, l.b) and s.key is null and t.key is null
