-- adapter: whatsapp
-- table: channel_events
-- grain: one row per status of a message that the business sent
-- unit: conversation_id
-- inputs: records
-- stream: records format=pages
-- times: epoch_s
-- ignore: records.other_product: object <> 'whatsapp_business_account'
-- ignore: records.no_status: coalesce(len(json_extract(entry, '$[*].changes[*].value.statuses[*]')), 0) = 0
--
-- Statuses (sent, delivered, read, failed) of the business' own messages; each comes by itself and names
-- the message. Calls over WhatsApp have statuses of type call: they are kept as custom events.
with changes as (
    select
        r.record_key,
        unnest(json_extract(r.entry, '$[*].changes[*].value')) as change_value
    from records as r
),

statuses as (
    select
        c.record_key,
        (c.change_value ->> '$.metadata.phone_number_id') as business_id,
        unnest(json_extract(c.change_value, '$.statuses[*]')) as status
    from changes as c
)

select
    s.record_key,
    (s.status ->> '$.id') || '/' || lower(s.status ->> '$.status') as event_id,
    (s.status ->> '$.timestamp') as occurred_at,
    'message' as channel,
    'whatsapp' as channel_raw,
    case when (s.status ->> '$.status') = 'failed' then 'error' else 'custom' end as event_type,
    lower(s.status ->> '$.status') as event_name_raw,
    case when (s.status ->> '$.status') in ('read', 'played') then 'in' else 'out' end as direction,
    case when (s.status ->> '$.status') in ('read', 'played') then 'customer' else 'system' end as actor,
    coalesce(s.business_id, '') || '/' || (s.status ->> '$.recipient_id') as conversation_id,
    -- A status is no touchpoint of its own, but for a message that never arrived.
    (s.status ->> '$.status') <> 'failed' as is_automated,
    '+' || ltrim(s.status ->> '$.recipient_id', '+') as phone,
    s.status as attributes
from statuses as s
