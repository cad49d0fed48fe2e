-- model: person_kinds
-- grain: one row per person with a key
-- key: person_key
-- inputs: identity_keys, person_nodes
-- per: all
--
-- Someone known by a cookie alone is an anonymous visitor, and stays out of customer denominators.
select
    n.component as person_key,
    case when bool_or(k.key_kind <> 'anonymous_id') then 'customer' else 'anonymous' end
        as person_kind
from identity_keys as k
inner join person_nodes as n on k.key = n.node
group by n.component
