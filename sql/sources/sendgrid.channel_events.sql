-- adapter: sendgrid
-- table: channel_events
-- grain: one row per event of an e-mail that was sent
-- unit: event_id
-- inputs: records
-- stream: records format=pages
-- times: epoch_s
-- optional: records."sg_machine_open", records."category", records."url", records."reason"
-- optional: records."sg_message_id"
--
-- Events of the event webhook, as arrays or one per line; seconds from 1970, sg_event_id names an event
-- that comes twice. An open by a machine (sg_machine_open, Apple's prefetch: seen in public client
-- code) is no customer's. category is a word or a list. The conversation itself is in the ticket
-- system, not here.
select
    r.record_key,
    r.sg_event_id as event_id,
    r.timestamp as occurred_at,
    'email' as channel,
    r.event as channel_raw,
    case r.event
        when 'processed' then 'email_sent'
        when 'delivered' then 'email_delivered'
        when 'open' then 'email_open'
        when 'click' then 'email_click'
        when 'bounce' then 'email_bounce'
        when 'dropped' then 'email_bounce'
        else 'custom'
    end as event_type,
    r.event as event_name_raw,
    case when r.event in ('open', 'click', 'unsubscribe', 'group_unsubscribe', 'spamreport') then 'in'
        else 'out' end as direction,
    case when r.event in ('open', 'click', 'unsubscribe', 'group_unsubscribe', 'spamreport')
        then 'customer' else 'system' end as actor,
    regexp_extract(r.url, '^https?://[^/]+([^?#]*)', 1) as url_path,
    coalesce(r.sg_machine_open, 'false') = 'true' or r.event in ('processed', 'deferred') as is_automated,
    r.email,
    json_object('category', r.category, 'reason', r.reason, 'sg_message_id', r.sg_message_id)
        as attributes
from records as r
