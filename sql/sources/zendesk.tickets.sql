-- adapter: zendesk
-- table: tickets
-- grain: one row per ticket as it stood at an export; the newest updated_at counts
-- unit: ticket_id
-- inputs: tickets, users, groups, audits, metrics
-- stream: tickets format=pages records=tickets
-- stream: users format=pages records=users
-- stream: groups format=pages records=groups
-- stream: audits format=pages records=audits
-- stream: metrics format=pages records=ticket_metrics
-- units: agent_wait_ms minutes, requester_wait_ms minutes, on_hold_ms minutes
-- units: first_reply_ms minutes, resolution_ms minutes
-- units: agent_wait_business_ms minutes, requester_wait_business_ms minutes
-- units: on_hold_business_ms minutes, first_reply_business_ms minutes
-- units: resolution_business_ms minutes
-- optional: users."updated_at", users."email", users."phone", users."external_id"
-- optional: groups."updated_at", tickets."problem_id", tickets."brand_id", tickets."tags"
-- optional: tickets."custom_fields", tickets."subject", tickets."description", tickets."type"
-- optional: tickets."priority", tickets."assignee_id", tickets."group_id", tickets."submitter_id"
-- optional: audits."via", metrics."solved_at", metrics."initially_assigned_at"
-- refers: audits.ticket_id = tickets.id
-- refers: metrics.ticket_id = tickets.id
-- refers: users.id = tickets.requester_id
-- refers: users.id = audits.author_id
-- refers: users.id = json_extract_string(audits.events, '$[*].author_id')
--
-- The incremental ticket export gives the state at the export. What happened when is in the audits:
-- first assignment, first public reply of an agent, first solution, closing, reopens. Without an
-- audits stream these come from the ticket metrics, which know the last solution only; without those
-- they stay empty. Waits and times to resolution are the metrics' own: whole minutes, by the clock and
-- in business hours.
-- "closed" follows by itself days after "solved". A follow-up of a closed ticket is a new ticket
-- that names the old one in via.source (rel follow_up: general knowledge, not in the reference).
-- Merged tickets carry the tag closed_by_merge (general knowledge); which ticket they went into is
-- only in the text of a comment, so merged_into stays empty. satisfaction_rating is an object or a
-- word and is not read here.
-- The reason is a drop-down field; its number, and that of the field with the call's id, are this
-- account's own: change them in "account". A drop-down also leaves its value as a tag.
-- A ticket that an agent types into the web interface came by some other way: voice where it names
-- a call, else "other".
with account as (
    select
        '360011000001' as reason_field,
        'reason_' as reason_tag,
        '360011000002' as call_field
),

latest_users as (
    select
        u.id,
        arg_max(u.role, coalesce(u.updated_at, '') || u.row_id) as role,
        arg_max(u.email, coalesce(u.updated_at, '') || u.row_id) as email,
        arg_max(u.phone, coalesce(u.updated_at, '') || u.row_id) as phone,
        arg_max(u.external_id, coalesce(u.updated_at, '') || u.row_id) as external_id
    from users as u
    group by u.id
),

latest_groups as (
    select
        g.id,
        arg_max(g.name, coalesce(g.updated_at, '') || g.row_id) as name
    from groups as g
    group by g.id
),

events as (
    select
        a.ticket_id,
        a.created_at,
        a.author_id,
        coalesce(a.author_id = '-1' or (a.via ->> '$.channel') in ('rule', 'system'), false)
            as by_system,
        coalesce(list_contains(json_extract_string(a.events, '$[*].type'), 'Create'), false)
            as is_birth,
        unnest(json_extract(a.events, '$[*]')) as event
    from audits as a
    where try_cast(a.created_at as timestamptz) is not null
),

parts as (
    select
        e.ticket_id,
        e.created_at,
        e.by_system,
        e.is_birth,
        (e.event ->> '$.id') as event_id,
        (e.event ->> '$.type') as event_type,
        (e.event ->> '$.field_name') as field_name,
        (e.event ->> '$.previous_value') as old_value,
        (e.event ->> '$.value') as new_value,
        (e.event ->> '$.public') = 'true' as is_public,
        u.role
    from events as e
    left join latest_users as u on coalesce(e.event ->> '$.author_id', e.author_id) = u.id
),

history as (
    select
        p.ticket_id,
        min(p.created_at) filter (
            where p.field_name = 'assignee_id' and p.new_value is not null
        ) as first_assigned_at,
        min(p.created_at) filter (
            where
            p.event_type in ('Comment', 'VoiceComment')
            and p.is_public
            and not p.is_birth
            and not p.by_system
            and p.role <> 'end-user'
        ) as first_reply_at,
        min(p.created_at) filter (
            where p.field_name = 'status' and p.new_value = 'solved'
        ) as solved_at,
        min(p.created_at) filter (
            where p.field_name = 'status' and p.new_value = 'closed'
        ) as closed_at,
        arg_min(
            case
                when p.by_system then 'system'
                when p.role = 'end-user' then 'customer'
                else 'agent'
            end,
            p.created_at
        ) filter (where p.field_name = 'status' and p.new_value = 'closed') as closed_by,
        count(distinct p.event_id) filter (
            where
            p.event_type = 'Change'
            and p.field_name = 'status'
            and p.old_value = 'solved'
            and p.new_value <> 'closed'
        ) as reopens,
        count(distinct p.event_id) filter (
            where
            p.event_type = 'Change' and p.field_name = 'assignee_id' and p.old_value is not null
        ) as reassignments,
        count(distinct p.event_id) filter (
            where p.event_type = 'Change' and p.field_name = 'group_id' and p.old_value is not null
        ) as queue_changes,
        count(distinct p.event_id) filter (
            where
            p.event_type in ('Comment', 'VoiceComment')
            and p.is_public
            and not p.is_birth
            and not p.by_system
            and p.role <> 'end-user'
        ) as agent_replies
    from parts as p
    group by p.ticket_id
),

latest_metrics as (
    select
        m.ticket_id,
        arg_max(m.reopens, coalesce(m.updated_at, '') || m.row_id) as reopens,
        arg_max(m.replies, coalesce(m.updated_at, '') || m.row_id) as replies,
        arg_max(m.assignee_stations, coalesce(m.updated_at, '') || m.row_id) as assignees,
        arg_max(m.group_stations, coalesce(m.updated_at, '') || m.row_id) as group_stations,
        arg_max(m.initially_assigned_at, coalesce(m.updated_at, '') || m.row_id) as assigned_at,
        arg_max(m.solved_at, coalesce(m.updated_at, '') || m.row_id) as solved_at,
        arg_max(m.agent_wait_time_in_minutes, coalesce(m.updated_at, '') || m.row_id) as agent_wait,
        arg_max(m.requester_wait_time_in_minutes, coalesce(m.updated_at, '') || m.row_id)
            as requester_wait,
        arg_max(m.on_hold_time_in_minutes, coalesce(m.updated_at, '') || m.row_id) as on_hold,
        arg_max(m.reply_time_in_minutes, coalesce(m.updated_at, '') || m.row_id) as reply,
        arg_max(m.full_resolution_time_in_minutes, coalesce(m.updated_at, '') || m.row_id)
            as resolution
    from metrics as m
    group by m.ticket_id
),

named as (
    select
        t.record_key,
        t.id,
        t.created_at,
        t.updated_at,
        t.status,
        (t.via ->> '$.channel') as via_channel,
        (t.via ->> '$.source.rel') as via_rel,
        (t.via ->> '$.source.from.ticket_id') as via_ticket_id,
        t.priority,
        t.type,
        t.group_id,
        t.assignee_id,
        t.brand_id,
        t.problem_id,
        t.requester_id,
        t.submitter_id,
        t.subject,
        t.description,
        t.custom_fields,
        json_extract_string(t.tags, '$[*]') as tags,
        coalesce(
            list_extract(
                json_extract_string(t.custom_fields, '$[*].value'),
                list_position(json_extract_string(t.custom_fields, '$[*].id'), a.reason_field)
            ),
            list_extract(
                list_filter(
                    json_extract_string(t.tags, '$[*]'),
                    lambda x: starts_with(x, a.reason_tag)
                ),
                1
            )
        ) as reason,
        list_extract(
            json_extract_string(t.custom_fields, '$[*].value'),
            list_position(json_extract_string(t.custom_fields, '$[*].id'), a.call_field)
        ) as call_id
    from tickets as t
    cross join account as a
),

opened as (
    select
        n.*,
        case
            when n.via_channel in ('rule', 'system') then 'system'
            when coalesce(n.submitter_id, n.requester_id) = n.requester_id then 'customer'
            else 'agent'
        end as opened_by
    from named as n
)

select
    o.record_key,
    o.id as ticket_id,
    o.created_at,
    coalesce(h.first_assigned_at, m.assigned_at) as first_assigned_at,
    h.first_reply_at,
    coalesce(h.solved_at, m.solved_at) as solved_at,
    case when h.solved_at is not null then 'first' when m.solved_at is not null then 'last' end
        as solved_basis,
    h.closed_at,
    h.closed_by,
    case
        when coalesce(list_contains(o.tags, 'closed_by_merge'), false) then 'merged'
        when o.status in ('hold', 'on-hold') then 'on_hold'
        when o.status = 'pending' then 'pending_customer'
        else o.status
    end as status,
    o.status as status_raw,
    case
        when o.via_channel in ('email', 'voice', 'chat', 'sms') then o.via_channel
        when o.via_channel = 'web' and o.opened_by = 'customer' then 'web_form'
        when o.via_channel = 'web' and o.call_id is not null then 'voice'
        when o.via_channel in ('mobile', 'mobile_sdk') then 'app'
        when o.via_channel in ('native_messaging', 'whatsapp', 'line', 'telegram') then 'message'
        when o.via_channel in ('facebook', 'twitter', 'instagram_dm', 'any_channel') then 'social'
        else 'other'
    end as channel,
    o.via_channel as channel_raw,
    o.opened_by,
    o.priority,
    o.type,
    coalesce(g.name, o.group_id) as queue,
    o.assignee_id as agent_id,
    o.brand_id as brand,
    o.reason as contact_reason,
    coalesce(h.reopens, try_cast(m.reopens as bigint)) as reopens,
    coalesce(
        h.reassignments,
        case when m.assignees is not null then greatest(try_cast(m.assignees as bigint) - 1, 0) end
    ) as reassignments,
    coalesce(
        h.queue_changes,
        case
            when m.group_stations is not null
                then greatest(try_cast(m.group_stations as bigint) - 1, 0)
        end
    ) as queue_changes,
    coalesce(h.agent_replies, try_cast(m.replies as bigint)) as agent_replies,
    (m.agent_wait ->> '$.calendar') as agent_wait_ms,
    (m.requester_wait ->> '$.calendar') as requester_wait_ms,
    (m.on_hold ->> '$.calendar') as on_hold_ms,
    (m.reply ->> '$.calendar') as first_reply_ms,
    (m.resolution ->> '$.calendar') as resolution_ms,
    (m.agent_wait ->> '$.business') as agent_wait_business_ms,
    (m.requester_wait ->> '$.business') as requester_wait_business_ms,
    (m.on_hold ->> '$.business') as on_hold_business_ms,
    (m.reply ->> '$.business') as first_reply_business_ms,
    (m.resolution ->> '$.business') as resolution_business_ms,
    o.problem_id,
    case when o.via_rel = 'follow_up' then o.via_ticket_id end as followup_of,
    o.call_id as call_ids,
    o.requester_id as customer_ref,
    u.external_id,
    u.email,
    u.phone,
    o.subject,
    o.description as body,
    o.custom_fields as attributes,
    o.updated_at,
    o.status = 'deleted' as is_deleted
from opened as o
left join latest_users as u on o.requester_id = u.id
left join latest_groups as g on o.group_id = g.id
left join history as h on o.id = h.ticket_id
left join latest_metrics as m on o.id = m.ticket_id
