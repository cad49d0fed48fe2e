-- adapter: intercom
-- table: tickets
-- grain: one row per conversation as it stood at an export; the newest updated_at counts
-- unit: ticket_id
-- inputs: conversations, contacts, teams
-- stream: conversations format=pages records=conversations
-- stream: contacts format=pages records=data
-- stream: teams format=pages records=teams
-- times: epoch_s
-- units: first_reply_business_ms s, resolution_business_ms s
-- optional: conversations."statistics", conversations."contacts", conversations."tags"
-- optional: conversations."team_assignee_id", conversations."admin_assignee_id"
-- optional: conversations."title", conversations."conversation_parts", conversations."priority"
-- optional: contacts."phone", contacts."external_id", contacts."updated_at"
--
-- Conversations of the API, times in seconds from 1970. A conversation of the list has no parts; those
-- fetched one by one have. "closed" is the agent's only way to end it, so it is solved here; a
-- snoozed one waits for the team (on_hold). What a campaign or an admin began is opened by agent or
-- system: no customer asked for it.
-- The durations of statistics leave out-of-office time out, so they are business durations.
-- Reason is the first tag: change it to the custom attribute of yours.
-- A lead that becomes a user gets another contact id; external_id and e-mail hold them together.
with latest_contacts as (
    select
        c.id,
        arg_max(c.email, coalesce(c.updated_at, '') || c.row_id) as email,
        arg_max(c.phone, coalesce(c.updated_at, '') || c.row_id) as phone,
        arg_max(c.external_id, coalesce(c.updated_at, '') || c.row_id) as external_id
    from contacts as c
    group by c.id
),

team_names as (
    select
        t.id,
        arg_max(t.name, t.row_id) as name
    from teams as t
    group by t.id
),

conversations_read as (
    select
        c.record_key,
        c.id,
        c.created_at,
        c.updated_at,
        c.state,
        c.priority,
        c.title,
        c.statistics,
        c.team_assignee_id,
        c.admin_assignee_id,
        (c.source ->> '$.type') as source_type,
        (c.source ->> '$.delivered_as') as delivered_as,
        (c.source ->> '$.author.type') as author_type,
        (c.source ->> '$.author.email') as author_email,
        (c.source ->> '$.body') as body,
        (c.source ->> '$.subject') as subject,
        coalesce(
            json_extract_string(c.contacts, '$.contacts[0].id'),
            case when (c.source ->> '$.author.type') in ('user', 'lead', 'contact')
                then (c.source ->> '$.author.id') end
        ) as contact_id,
        json_extract_string(c.contacts, '$.contacts[0].external_id') as external_id,
        json_extract_string(c.tags, '$.tags[0].name') as tag
    from conversations as c
)

select
    c.record_key,
    c.id as ticket_id,
    c.created_at,
    (c.statistics ->> '$.first_assignment_at') as first_assigned_at,
    (c.statistics ->> '$.first_admin_reply_at') as first_reply_at,
    (c.statistics ->> '$.first_close_at') as solved_at,
    case when (c.statistics ->> '$.first_close_at') is not null then 'first' end as solved_basis,
    case c.state
        when 'closed' then 'solved'
        when 'snoozed' then 'on_hold'
        else 'open'
    end as status,
    c.state as status_raw,
    case
        when c.source_type = 'conversation' then 'chat'
        when c.source_type in ('email', 'sms') then c.source_type
        when c.source_type in ('facebook', 'instagram', 'twitter') then 'social'
        when c.source_type = 'whatsapp' then 'message'
        when c.source_type in ('phone_call', 'phone_switch') then 'voice'
        else 'other'
    end as channel,
    c.source_type as channel_raw,
    case
        when c.delivered_as = 'customer_initiated' then 'customer'
        when c.delivered_as in ('operator_initiated', 'automated') or c.author_type = 'bot' then 'system'
        when c.author_type in ('user', 'lead', 'contact') then 'customer'
        else 'agent'
    end as opened_by,
    c.priority,
    coalesce(t.name, c.team_assignee_id) as queue,
    c.admin_assignee_id as agent_id,
    c.tag as contact_reason,
    (c.statistics ->> '$.count_reopens') as reopens,
    (c.statistics ->> '$.time_to_admin_reply') as first_reply_business_ms,
    (c.statistics ->> '$.time_to_first_close') as resolution_business_ms,
    c.contact_id as customer_ref,
    coalesce(c.external_id, k.external_id) as external_id,
    coalesce(k.email, case when c.author_type in ('user', 'lead', 'contact') then c.author_email end)
        as email,
    k.phone,
    coalesce(c.title, c.subject) as subject,
    c.body,
    c.updated_at
from conversations_read as c
left join latest_contacts as k on c.contact_id = k.id
left join team_names as t on c.team_assignee_id = t.id
