-- model: shared_keys
-- grain: one row per customer key that does not link
-- key: key
-- inputs: identity_keys, hashed_keys
-- params: shared_key_strong_ids, shared_key_units
-- per: all
-- published: Customer keys that too many share (switchboards, catch-all customers, family phones): they link nobody.
--
-- A weak key is shared when it stands beside too many different customer numbers of one scope; any
-- key is, when it stands on too many units. One number per system is normal, so scopes are counted
-- apart.
with pairs as (
    select distinct
        w.key,
        s.key as strong_key
    from identity_keys as w
    inner join identity_keys as s on w.unit_key = s.unit_key
    where w.key >= 2305843009213693952 and s.key < 2305843009213693952
),

beside as (
    select
        p.key,
        h.scope,
        count(*) as strong_ids
    from pairs as p
    inner join hashed_keys as h on p.strong_key = h.key
    group by p.key, h.scope
),

most as (
    select key, max(strong_ids) as strong_ids from beside group by key
),

uses as (
    select key, count(*) as units from identity_keys group by key
)

select
    u.key, -- the key, keyed by the installation's secret; its value is not in this file
    h.key_kind, -- what the key is: customer number, e-mail, phone, cookie
    coalesce(m.strong_ids, 0)::bigint as strong_ids, -- different customer numbers seen beside it
    u.units::bigint as units, -- calls, tickets, visits and responses that carry it
    case
        when coalesce(m.strong_ids, 0) > $shared_key_strong_ids then 'too many customers'
        else 'too many records'
    end as rule -- why it does not link
from uses as u
inner join hashed_keys as h on u.key = h.key
left join most as m on u.key = m.key
where coalesce(m.strong_ids, 0) > $shared_key_strong_ids or u.units > $shared_key_units
