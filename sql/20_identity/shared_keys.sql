-- model: shared_keys
-- grain: one row per customer key or unit that does not link
-- key: key
-- inputs: identity_keys, hashed_keys, unit_strong_keys
-- params: shared_key_strong_ids, shared_key_weak_keys, shared_key_records
-- per: all
-- published: Keys and tickets that too many share (switchboards, catch-all customers, family phones, outage tickets): they link nobody.
--
-- A weak key (e-mail, phone, cookie) and a unit (a ticket that many name) are shared when they stand
-- beside too many different customer numbers of one scope; one number per system is normal, so
-- scopes are counted apart. A customer number is shared when it stands beside too many weak keys of
-- one kind: nobody has thirty phones. An e-mail or phone on too many calls and tickets is shared
-- whoever they are; visits do not count, a customer may have thousands.
with beside as (
    select
        k.key,
        h.scope,
        count(distinct s.key) as others
    from identity_keys as k
    inner join unit_strong_keys as s on k.unit_key = s.unit_key
    inner join hashed_keys as h on s.key = h.key
    where k.key >= 2305843009213693952
    group by k.key, h.scope
    union all
    select
        s.unit_key,
        h.scope,
        count(distinct s.key)
    from unit_strong_keys as s
    inner join hashed_keys as h on s.key = h.key
    group by s.unit_key, h.scope
),

catch_all as (
    select
        s.key,
        h.key_kind,
        count(distinct w.key) as others
    from identity_keys as s
    inner join identity_keys as w on s.unit_key = w.unit_key
    inner join hashed_keys as h on w.key = h.key
    where s.key < 2305843009213693952 and h.key_kind in ('email', 'phone')
    group by s.key, h.key_kind
),

uses as (
    select
        k.key,
        count(*) as units
    from identity_keys as k
    inner join hashed_keys as h on k.key = h.key
    where h.key_kind in ('email', 'phone') and not k.is_visit
    group by k.key
),

judged as (
    select key, max(others) as others, 'too many customers' as rule
    from beside
    where others > $shared_key_strong_ids
    group by key
    union all
    select key, max(others), 'too many e-mails or phones'
    from catch_all
    where others > $shared_key_weak_keys
    group by key
    union all
    select key, units, 'too many records'
    from uses
    where units > $shared_key_records
)

select
    j.key, -- the key, or the unit; keyed by the installation's secret, its value is not in this file
    coalesce(min(h.key_kind), 'unit') as key_kind, -- customer_ref, external_id, email, phone, anonymous_id; unit: a ticket, call or conversation
    max(j.others)::bigint as others, -- how many customers, keys or records it stands beside
    min(j.rule) as rule -- why it does not link
from judged as j
left join hashed_keys as h on j.key = h.key
group by j.key
