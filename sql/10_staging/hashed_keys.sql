-- model: hashed_keys
-- grain: one row per customer key
-- key: key_hash
-- inputs: customer_keys, never_link
-- per: all
--
-- The last place that sees raw keys. A key becomes HMAC-SHA256 of kind, scope and value under the
-- installation's secret, folded into a BIGINT: strong keys (customer numbers) below 2^61, weak
-- ones (e-mail, phone, cookie) above, units above 2^62, so that the smallest key of a person is
-- its best one. A customer_ref means nothing outside its source's id space (its scope). Keys that
-- the settings list never link.
with digests as (
    select
        key_hash,
        key_kind,
        scope,
        (
            '0x'
            || substr(
                sha256(
                    getvariable('hmac_outer')
                    || unhex(
                        sha256(
                            getvariable('hmac_inner')
                            || encode(key_kind || '|' || scope || '|' || value)
                        )
                    )
                ),
                1,
                16
            )
        )::ubigint as digest
    from customer_keys
    where key_hash not in (select n.key_hash from never_link as n)
)

select
    key_hash,
    case
        when key_kind in ('customer_ref', 'external_id') then (digest >> 3)::bigint
        else (digest >> 3)::bigint + 2305843009213693952
    end as key,
    key_kind,
    scope
from digests
