-- model: person_edges
-- grain: one row per pair of keys (or keyless units) that records link
-- key: a, b
-- inputs: identity_keys, shared_keys, unit_anchors, unit_links
-- per: person
--
-- Keys on one unit are linked; so are units of which one names the other, unless either is one that
-- too many name.
with edges as (
    select
        a.anchor as a,
        k.key as b
    from identity_keys as k
    inner join unit_anchors as a on k.unit_key = a.unit_key
    left join shared_keys as s on k.key = s.key
    where s.key is null and k.key <> a.anchor
    union all
    select
        least(coalesce(x.anchor, l.a), coalesce(y.anchor, l.b)),
        greatest(coalesce(x.anchor, l.a), coalesce(y.anchor, l.b))
    from unit_links as l
    left join unit_anchors as x on l.a = x.unit_key
    left join unit_anchors as y on l.b = y.unit_key
    left join shared_keys as s on l.a = s.key
    left join shared_keys as t on l.b = t.key
    where coalesce(x.anchor, l.a) <> coalesce(y.anchor, l.b) and s.key is null and t.key is null
)

select
    a,
    b,
    count(*) as links -- records that link the two
from edges
group by a, b
