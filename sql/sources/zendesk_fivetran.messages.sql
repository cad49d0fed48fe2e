-- adapter: zendesk_fivetran
-- table: messages
-- grain: one row per comment of a ticket
-- unit: ticket_id
-- inputs: comments, users, tickets
-- stream: comments format=csv
-- stream: users format=csv
-- stream: tickets format=csv
-- optional: users."email", users."phone", users."external_id"
--
-- ticket_comment does not tell how a comment came: customers' and agents' comments carry the
-- ticket's channel. Who is a customer is the role of the user; where the users are not delivered, the
-- requester of the ticket is one and everybody else an agent.
with latest_users as (
    select
        u.id,
        arg_max(u.role, u.row_id) as role,
        arg_max(u.email, u.row_id) as email,
        arg_max(u.phone, u.row_id) as phone,
        arg_max(u.external_id, u.row_id) as external_id
    from users as u
    group by u.id
),

latest_tickets as (
    select
        t.id,
        arg_max(t.requester_id, coalesce(t.updated_at, '') || t.row_id) as requester_id,
        arg_max(t.via_channel, coalesce(t.updated_at, '') || t.row_id) as via_channel
    from tickets as t
    group by t.id
),

authored as (
    select
        c.record_key,
        c.id,
        c.created,
        c.ticket_id,
        c.public as is_public,
        c.body,
        c.user_id,
        t.via_channel,
        u.email,
        u.phone,
        u.external_id,
        case
            when c.user_id = '-1' then 'system'
            when coalesce(u.role = 'end-user', c.user_id = t.requester_id, false) then 'customer'
            else 'agent'
        end as actor
    from comments as c
    left join latest_users as u on c.user_id = u.id
    left join latest_tickets as t on c.ticket_id = t.id
)

select
    a.record_key,
    a.id as message_id,
    a.created as occurred_at,
    a.ticket_id,
    case
        when a.via_channel in ('email', 'voice', 'chat', 'sms') then a.via_channel
        when a.via_channel = 'web' then 'web_form'
        when a.via_channel in ('mobile', 'mobile_sdk') then 'app'
        when a.via_channel in ('native_messaging', 'whatsapp', 'line', 'telegram') then 'message'
        when a.via_channel in ('facebook', 'twitter', 'instagram_dm', 'any_channel') then 'social'
        else 'other'
    end as channel,
    a.via_channel as channel_raw,
    case when a.actor = 'customer' then 'in' else 'out' end as direction,
    a.actor,
    case when a.actor = 'agent' then a.user_id end as actor_id,
    a.is_public,
    a.body as text,
    case when a.actor = 'customer' then a.user_id end as customer_ref,
    case when a.actor = 'customer' then a.external_id end as external_id,
    case when a.actor = 'customer' then a.email end as email,
    case when a.actor = 'customer' then a.phone end as phone
from authored as a
