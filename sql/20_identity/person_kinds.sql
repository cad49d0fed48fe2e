-- model: person_kinds
-- grain: one row per person with a key that links
-- key: person_key
-- inputs: hashed_keys, shared_keys, person_nodes
-- per: person
--
-- Someone known by a cookie alone is an anonymous visitor, and stays out of customer denominators.
select
    coalesce(n.component, k.key) as person_key,
    case when bool_or(k.key_kind <> 'anonymous_id') then 'customer' else 'anonymous' end
        as person_kind
from hashed_keys as k
left join shared_keys as s on k.key = s.key
left join person_nodes as n on k.key = n.node
where s.key is null
group by coalesce(n.component, k.key)
