-- adapter: zendesk_fivetran
-- table: tickets
-- grain: one row per ticket as the warehouse has it
-- unit: ticket_id
-- inputs: tickets, users, groups, field_history
-- stream: tickets format=csv
-- stream: users format=csv
-- stream: groups format=csv
-- stream: field_history format=csv
-- optional: tickets."merged_ticket_ids", tickets."via_followup_source_id", tickets."problem_id"
-- optional: users."phone", users."external_id", users."updated_at"
--
-- The tables ticket, user, group and ticket_field_history as Fivetran loads them: times are UTC
-- without a zone (declare timezone = "UTC"). Deleted tickets stay, with status "deleted".
-- ticket_field_history tells the first assignment, the first solution and the closing, and how often
-- a ticket was solved: reopens are one less. Without it these stay empty. "closed" follows days after
-- "solved" by itself; who closed is not told here.
-- merged_ticket_ids names tickets that went into this one; the other direction is not in their rows,
-- so it is kept in attributes. Tags and custom fields are tables of their own and not read:
-- contact_reason is the ticket's type.
with latest_users as (
    select
        u.id,
        arg_max(u.email, coalesce(u.updated_at, '') || u.row_id) as email,
        arg_max(u.phone, coalesce(u.updated_at, '') || u.row_id) as phone,
        arg_max(u.external_id, coalesce(u.updated_at, '') || u.row_id) as external_id
    from users as u
    group by u.id
),

latest_groups as (
    select
        g.id,
        arg_max(g.name, g.row_id) as name
    from groups as g
    group by g.id
),

history as (
    select
        h.ticket_id,
        min(h.updated) filter (where h.field_name = 'assignee_id' and h.value is not null)
            as first_assigned_at,
        min(h.updated) filter (where h.field_name = 'status' and h.value = 'solved') as solved_at,
        min(h.updated) filter (where h.field_name = 'status' and h.value = 'closed') as closed_at,
        greatest(
            count(distinct h.updated) filter (where h.field_name = 'status' and h.value = 'solved')
            - 1, 0
        ) as reopens
    from field_history as h
    group by h.ticket_id
)

select
    t.record_key,
    t.id as ticket_id,
    t.created_at,
    h.first_assigned_at,
    h.solved_at,
    case when h.solved_at is not null then 'first' end as solved_basis,
    h.closed_at,
    case
        when t.status in ('hold', 'on-hold') then 'on_hold'
        when t.status = 'pending' then 'pending_customer'
        else t.status
    end as status,
    t.status as status_raw,
    case
        when t.via_channel in ('email', 'voice', 'chat', 'sms') then t.via_channel
        when t.via_channel = 'web' then 'web_form'
        when t.via_channel in ('mobile', 'mobile_sdk') then 'app'
        when t.via_channel in ('native_messaging', 'whatsapp', 'line', 'telegram') then 'message'
        when t.via_channel in ('facebook', 'twitter', 'instagram_dm', 'any_channel') then 'social'
        else 'other'
    end as channel,
    t.via_channel as channel_raw,
    case
        when t.via_channel in ('rule', 'system') then 'system'
        when coalesce(t.submitter_id, t.requester_id) = t.requester_id then 'customer'
        else 'agent'
    end as opened_by,
    t.priority,
    t.type,
    coalesce(g.name, t.group_id) as queue,
    t.assignee_id as agent_id,
    t.brand_id as brand,
    t.type as contact_reason,
    h.reopens,
    t.problem_id,
    t.via_followup_source_id as followup_of,
    t.requester_id as customer_ref,
    u.external_id,
    u.email,
    u.phone,
    t.subject,
    t.description as body,
    case
        when t.merged_ticket_ids <> '[]' then json_object('merged_ticket_ids', t.merged_ticket_ids)
    end as attributes,
    t.updated_at,
    t.status = 'deleted' as is_deleted
from tickets as t
left join latest_users as u on t.requester_id = u.id
left join latest_groups as g on t.group_id = g.id
left join history as h on t.id = h.ticket_id
