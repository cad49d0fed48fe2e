-- adapter: shop_clicks
-- table: channel_events
-- grain: one row per click
-- unit: event_id
-- inputs: records
-- stream: records format=csv
-- ignore: records.a_chat: event = 'support_chat'
--
-- The tracker gives its rows no id, so the row itself is one: 30 rows occur twice to the second,
-- and both count as events. user_id is the shop's account, known on every click. session_id is
-- given; the sessions of the warehouse (30 minutes without a click) come out the same.
-- "platform" is the device; all of it is the shop's web site. Error pages and the two steps that
-- failed are errors; "purchase" is the page that confirms an order. A chat is a contact, not a
-- click: shop_clicks.messages.sql takes it.
select
    r.record_key,
    r.row_id as event_id,
    r.timestamp as occurred_at,
    'web' as channel,
    r.platform as channel_raw,
    case
        when r.event = 'search' then 'search'
        when r.event in ('error_page', 'payment_error', 'checkout_bug') then 'error'
        when r.event = 'purchase' then 'confirmation'
        when r.event in ('add_to_cart', 'wishlist_add', 'filter_results') then 'custom'
        else 'page_view'
    end as event_type,
    r.event as event_name_raw,
    'in' as direction,
    'customer' as actor,
    r.session_id,
    r.user_id as customer_ref,
    json_object(
        'acquisition_channel', r.acquisition_channel,
        'cohort', r.user_cohort,
        'lifecycle', r.user_lifecycle
    ) as attributes
from records as r
