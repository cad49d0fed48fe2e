-- model: unit_strong_keys
-- grain: one row per unit and customer number on it, or on a unit it names or is named by
-- key: unit_key, key
-- inputs: identity_keys, unit_links
-- per: all
--
-- A phone that calls in and the ticket written about the call are two units: whose number the phone
-- stands beside is seen across that link.
with strong as (
    select
        unit_key,
        key
    from identity_keys
    where key < 2305843009213693952
)

select distinct
    unit_key,
    key
from (
    select
        unit_key,
        key
    from strong
    union all
    select
        l.a,
        s.key
    from unit_links as l
    inner join strong as s on l.b = s.unit_key
    union all
    select
        l.b,
        s.key
    from unit_links as l
    inner join strong as s on l.a = s.unit_key
) as near
