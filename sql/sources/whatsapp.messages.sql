-- adapter: whatsapp
-- table: messages
-- grain: one row per message of a customer
-- unit: conversation_id
-- inputs: records
-- stream: records format=pages
-- times: epoch_s
-- ignore: records.other_product: object <> 'whatsapp_business_account'
-- ignore: records.no_message: coalesce(len(json_extract(entry, '$[*].changes[*].value.messages[*]')), 0) = 0
--
-- Webhooks of the WhatsApp Cloud API, one payload per line. Times are seconds as text. A number has no
-- plus; newer payloads can leave it out and give a user_id. Only what customers write comes as a
-- message: what the business wrote has statuses alone (see channel_events), so answers are blind.
-- An edit or a deletion is a message of its own that names the first one: it becomes a newer version
-- of it, at the first one's time.
with values_read as (
    select
        v.record_key,
        v.change_value
    from (
        select
            r.record_key,
            unnest(json_extract(r.entry, '$[*].changes[*].value')) as change_value
        from records as r
    ) as v
),

messages as (
    select
        v.record_key,
        (v.change_value ->> '$.metadata.phone_number_id') as business_id,
        json_extract_string(v.change_value, '$.contacts[0].user_id') as user_id,
        json_extract_string(v.change_value, '$.contacts[0].wa_id') as contact_wa_id,
        unnest(json_extract(v.change_value, '$.messages[*]')) as message
    from values_read as v
),

worded as (
    select
        m.record_key,
        m.business_id,
        m.user_id,
        coalesce(m.message ->> '$.from', m.contact_wa_id) as wa_id,
        (m.message ->> '$.type') as type,
        (m.message ->> '$.timestamp') as at,
        coalesce(
            m.message ->> '$.edit.original_message_id', m.message ->> '$.revoke.original_message_id',
            m.message ->> '$.id'
        ) as message_id,
        coalesce(
            m.message ->> '$.text.body', m.message ->> '$.edit.message.text.body',
            m.message ->> '$.button.text', m.message ->> '$.interactive.button_reply.title',
            m.message ->> '$.interactive.list_reply.title', m.message ->> '$.system.body'
        ) as body
    from messages as m
)

select
    w.record_key,
    w.message_id,
    min(try_cast(w.at as bigint)) over (partition by w.business_id, w.wa_id, w.message_id) as occurred_at,
    coalesce(w.business_id, '') || '/' || coalesce(w.wa_id, w.user_id) as conversation_id,
    'message' as channel,
    'whatsapp ' || w.type as channel_raw,
    'in' as direction,
    case when w.type = 'system' then 'system' else 'customer' end as actor,
    true as is_public,
    w.body as text,
    w.user_id as external_id,
    case when w.wa_id is not null then '+' || ltrim(w.wa_id, '+') end as phone,
    w.at as updated_at,
    w.type = 'revoke' as is_deleted
from worded as w
