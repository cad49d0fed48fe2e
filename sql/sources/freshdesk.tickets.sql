-- adapter: freshdesk
-- table: tickets
-- grain: one row per ticket as it stood at an export; the newest updated_at counts
-- unit: ticket_id
-- inputs: tickets, groups, contacts
-- stream: tickets format=pages
-- stream: groups format=pages
-- stream: contacts format=pages
-- optional: tickets."stats", tickets."requester", tickets."email", tickets."phone"
-- optional: tickets."deleted", tickets."spam", tickets."tags", tickets."parent_id"
-- optional: tickets."description_text", tickets."type"
-- optional: contacts."email", contacts."phone", contacts."mobile", contacts."unique_external_id"
--
-- Tickets of the API, fetched with include=stats,requester. Statuses: 2 open, 3 pending, 4 resolved,
-- 5 closed, others are the account's own; 6 and 7 are "waiting on customer" and "waiting on third
-- party" where nobody changed them. Numbers of status 6 and 7 and of sources are not verified.
-- The API has no history: transfers and reopens are in the activities export alone, and stats knows
-- the latest resolution. Deletions do not move updated_at: fetch the deleted filter too.
-- The reason is the ticket's type.
with group_names as (
    select
        g.id,
        arg_max(g.name, g.row_id) as name
    from groups as g
    group by g.id
),

people as (
    select
        c.id,
        arg_max(c.email, c.row_id) as email,
        arg_max(coalesce(c.phone, c.mobile), c.row_id) as phone,
        arg_max(c.unique_external_id, c.row_id) as external_id
    from contacts as c
    group by c.id
)

select
    t.record_key,
    t.id as ticket_id,
    t.created_at,
    (t.stats ->> '$.first_responded_at') as first_reply_at,
    (t.stats ->> '$.resolved_at') as solved_at,
    case when (t.stats ->> '$.resolved_at') is not null then 'last' end as solved_basis,
    (t.stats ->> '$.closed_at') as closed_at,
    case
        when coalesce(t.deleted, 'false') = 'true' or coalesce(t.spam, 'false') = 'true'
            then 'deleted'
        when t.status = '2' then 'open'
        when t.status in ('3', '6') then 'pending_customer'
        when t.status = '7' then 'on_hold'
        when t.status = '4' then 'solved'
        when t.status = '5' then 'closed'
        else 'open'
    end as status,
    t.status as status_raw,
    case t.source
        when '1' then 'email'
        when '2' then 'web_form'
        when '3' then 'voice'
        when '5' then 'social'
        when '6' then 'social'
        when '7' then 'chat'
        when '9' then 'web_form'
        when '10' then 'email'
        when '13' then 'message'
        else 'other'
    end as channel,
    t.source as channel_raw,
    case when t.source = '10' then 'agent' else 'customer' end as opened_by,
    t.priority,
    t.type,
    coalesce(g.name, t.group_id) as queue,
    t.responder_id as agent_id,
    t.type as contact_reason,
    t.parent_id as parent_ticket_id,
    t.requester_id as customer_ref,
    p.external_id,
    coalesce(t.requester ->> '$.email', t.email, p.email) as email,
    coalesce(t.requester ->> '$.phone', t.requester ->> '$.mobile', t.phone, p.phone) as phone,
    t.subject,
    t.description_text as body,
    t.tags as attributes,
    t.updated_at,
    coalesce(t.deleted, 'false') = 'true' or coalesce(t.spam, 'false') = 'true' as is_deleted
from tickets as t
left join group_names as g on t.group_id = g.id
left join people as p on t.requester_id = p.id
