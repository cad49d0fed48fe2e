-- model: unit_anchors
-- grain: one row per unit with a key that links
-- key: unit_key
-- inputs: identity_keys, shared_keys
-- per: person
--
-- A unit hangs on its smallest key, so the graph that is solved has keys for nodes, not units: it
-- grows with persons, not with contacts.
select
    k.unit_key,
    min(k.key) as anchor
from identity_keys as k
left join shared_keys as s on k.key = s.key
where s.key is null
group by k.unit_key
