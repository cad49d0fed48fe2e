-- adapter: shop_clicks
-- table: messages
-- grain: one row per opening of the chat window
-- unit: message_id
-- inputs: records
-- stream: records format=csv
-- ignore: records.a_click: event <> 'support_chat'
--
-- Of the chats the tracker knows one thing: that a customer opened one. That is the customer's
-- first message, and the contact. Opened again in the same visit it is the same chat, so the visit
-- is the conversation. What was said and what came of it is the chat system's to tell.
select
    r.record_key,
    r.row_id as message_id,
    r.timestamp as occurred_at,
    r.session_id as conversation_id,
    'chat' as channel,
    r.event as channel_raw,
    'in' as direction,
    'customer' as actor,
    r.user_id as customer_ref
from records as r
