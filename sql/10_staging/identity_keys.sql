-- model: identity_keys
-- grain: one row per unit (call, ticket, conversation, response, visit) and customer key on it
-- key: unit_key, key
-- inputs: calls, tickets, messages, surveys, channel_events, source_settings, never_link
-- per: all
--
-- The last place that sees raw keys. A key becomes HMAC-SHA256 of kind, scope and value under the
-- installation's secret, folded into a BIGINT: strong keys (customer numbers) below 2^61, weak
-- ones (e-mail, phone, cookie) above, units above 2^62, so that the smallest key of a person is
-- its best one. A customer_ref means nothing outside its source's id space.
with units as (
    select call_key as unit_key, source, customer_ref, external_id, email, phone, anonymous_id
    from calls
    union all
    select ticket_key, source, customer_ref, external_id, email, phone, anonymous_id
    from tickets
    union all
    select
        coalesce(ticket_key, conversation_key, call_key, row_key),
        source, customer_ref, external_id, email, phone, anonymous_id
    from messages
    union all
    select response_key, source, customer_ref, external_id, email, phone, anonymous_id
    from surveys
    union all
    select
        coalesce(ticket_key, conversation_key, call_key, session_key, row_key),
        source, customer_ref, external_id, email, phone, anonymous_id
    from channel_events
),

given as (
    select distinct unit_key, source, kind, value
    from units
    unpivot (value for kind in (customer_ref, external_id, email, phone, anonymous_id))
),

scoped as (
    select distinct
        g.unit_key,
        g.kind,
        case when g.kind = 'customer_ref' then coalesce(s.id_space, g.source::varchar) else '' end
            as scope,
        g.value
    from given as g
    left join source_settings as s on g.source::varchar = s.source
    where g.value not in (select n.value from never_link as n)
),

hashed as (
    select
        kind,
        scope,
        value,
        (
            '0x'
            || substr(
                sha256(
                    getvariable('hmac_outer')
                    || unhex(
                        sha256(
                            getvariable('hmac_inner')
                            || encode(kind || '|' || scope || '|' || value)
                        )
                    )
                ),
                1,
                16
            )
        )::ubigint as digest
    from (select distinct kind, scope, value from scoped) as d
)

select
    s.unit_key,
    case
        when s.kind in ('customer_ref', 'external_id') then (h.digest >> 3)::bigint
        else (h.digest >> 3)::bigint + 2305843009213693952
    end as key,
    s.kind as key_kind,
    s.scope,
    s.kind in ('customer_ref', 'external_id') as is_strong
from scoped as s
inner join hashed as h on s.kind = h.kind and s.scope = h.scope and s.value = h.value
