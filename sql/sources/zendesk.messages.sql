-- adapter: zendesk
-- table: messages
-- grain: one row per comment
-- unit: ticket_id
-- inputs: audits, users, tickets, comments
-- stream: audits format=pages records=audits
-- stream: users format=pages records=users
-- stream: tickets format=pages records=tickets
-- stream: comments format=pages records=comments
-- ignore: audits.no_comment: not coalesce(list_has_any(json_extract_string(events, '$[*].type'), ['Comment', 'VoiceComment']), false)
-- optional: audits."via", users."updated_at", users."email", users."phone", users."external_id"
-- optional: tickets."updated_at", tickets."via"
-- optional: comments."via", comments."ticket_id"
-- refers: tickets.id = audits.ticket_id
-- refers: tickets.id = comments.ticket_id
-- refers: users.id = audits.author_id
-- refers: users.id = comments.author_id
-- refers: users.id = json_extract_string(audits.events, '$[*].author_id')
--
-- Comments are events of ticket audits. A comment's author may differ from the audit's (mail on
-- behalf of somebody); its own author counts. Who is a customer is the role of the user; where the
-- users are not delivered, the requester of the ticket is one and everybody else an agent.
-- An agent writes in the web interface, but the customer reads it where the ticket came from:
-- agents' comments carry the ticket's channel, customers' comments their own.
-- Only customers' messages carry customer keys.
-- Comments can also come from the comments of each ticket; there the ticket's number stands in the
-- address alone, so the tool that fetches them has to add ticket_id. Of a comment that came both
-- ways the audit's counts.
with latest_users as (
    select
        u.id,
        arg_max(u.role, coalesce(u.updated_at, '') || u.row_id) as role,
        arg_max(u.email, coalesce(u.updated_at, '') || u.row_id) as email,
        arg_max(u.phone, coalesce(u.updated_at, '') || u.row_id) as phone,
        arg_max(u.external_id, coalesce(u.updated_at, '') || u.row_id) as external_id
    from users as u
    group by u.id
),

latest_tickets as (
    select
        t.id,
        arg_max(t.requester_id, coalesce(t.updated_at, '') || t.row_id) as requester_id,
        arg_max((t.via ->> '$.channel'), coalesce(t.updated_at, '') || t.row_id) as channel
    from tickets as t
    group by t.id
),

events as (
    select
        a.record_key,
        a.ticket_id,
        a.created_at,
        a.author_id,
        (a.via ->> '$.channel') as via_channel,
        unnest(json_extract(a.events, '$[*]')) as event
    from audits as a
),

all_comments as (
    select
        e.record_key,
        e.ticket_id,
        e.created_at,
        e.created_at as updated_at,
        e.via_channel,
        (e.event ->> '$.id') as comment_id,
        coalesce(e.event ->> '$.author_id', e.author_id) as author_id,
        (e.event ->> '$.public') as is_public,
        (e.event ->> '$.body') as body
    from events as e
    where (e.event ->> '$.type') in ('Comment', 'VoiceComment')
    union all
    select
        s.record_key,
        s.ticket_id,
        s.created_at,
        null as updated_at,
        (s.via ->> '$.channel') as via_channel,
        s.id as comment_id,
        s.author_id,
        s.public as is_public,
        s.body
    from comments as s
),

authored as (
    select
        c.*,
        case
            when c.author_id = '-1' or c.via_channel in ('rule', 'system') then 'system'
            when coalesce(u.role = 'end-user', c.author_id = t.requester_id, false) then 'customer'
            else 'agent'
        end as actor,
        t.channel as ticket_channel,
        u.email,
        u.phone,
        u.external_id
    from all_comments as c
    left join latest_users as u on c.author_id = u.id
    left join latest_tickets as t on c.ticket_id = t.id
),

placed as (
    select
        a.*,
        case
            when a.actor = 'customer' then a.via_channel
            else coalesce(a.ticket_channel, a.via_channel)
        end as channel_raw
    from authored as a
)

select
    p.record_key,
    p.comment_id as message_id,
    p.created_at as occurred_at,
    p.ticket_id,
    case
        when p.channel_raw in ('email', 'voice', 'chat', 'sms') then p.channel_raw
        when p.channel_raw = 'web' then 'web_form'
        when p.channel_raw in ('mobile', 'mobile_sdk') then 'app'
        when p.channel_raw in ('native_messaging', 'whatsapp', 'line', 'telegram') then 'message'
        when p.channel_raw in ('facebook', 'twitter', 'instagram_dm', 'any_channel') then 'social'
        else 'other'
    end as channel,
    p.channel_raw,
    case when p.actor = 'customer' then 'in' else 'out' end as direction,
    p.actor,
    case when p.actor = 'agent' then p.author_id end as actor_id,
    p.is_public,
    p.body as text,
    case when p.actor = 'customer' then p.author_id end as customer_ref,
    case when p.actor = 'customer' then p.external_id end as external_id,
    case when p.actor = 'customer' then p.email end as email,
    case when p.actor = 'customer' then p.phone end as phone,
    p.updated_at
from placed as p
