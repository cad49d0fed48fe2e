-- adapter: zendesk
-- table: ticket_history
-- grain: one row per changed field of an audit
-- unit: ticket_id
-- inputs: audits, users, groups, metric_events
-- stream: audits format=pages records=audits
-- stream: users format=pages records=users
-- stream: groups format=pages records=groups
-- stream: metric_events format=pages records=ticket_metric_events
-- ignore: audits.no_change: not coalesce(list_contains(json_extract_string(events, '$[*].type'), 'Change'), false)
-- ignore: metric_events.deleted: deleted = 'true'
-- optional: audits."via", users."updated_at", groups."updated_at", metric_events."deleted"
-- refers: users.id = audits.author_id
--
-- Ticket audits of the API. An audit is one update with several events; Change events become rows.
-- Create events state the values a ticket was born with and are no changes. A change that a trigger
-- or automation makes has via.channel = rule, or the author -1 (seen in public code, not in the
-- reference). The API says "hold" where other exports say "on-hold".
-- Groups are numbers here; without a groups stream the numbers stay.
-- Ticket metric events say when a clock (reply_time, requester_wait_time, …) starts, pauses and
-- stops: field is the clock, the new value what happened to it.
with latest_groups as (
    select
        g.id,
        arg_max(g.name, coalesce(g.updated_at, '') || g.row_id) as name
    from groups as g
    group by g.id
),

latest_users as (
    select
        u.id,
        arg_max(u.role, coalesce(u.updated_at, '') || u.row_id) as role
    from users as u
    group by u.id
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

changes as (
    select
        e.record_key,
        e.ticket_id,
        e.created_at,
        e.author_id,
        e.via_channel,
        (e.event ->> '$.id') as event_id,
        (e.event ->> '$.field_name') as field_name,
        nullif(e.event ->> '$.previous_value', '') as old_value,
        nullif(e.event ->> '$.value', '') as new_value
    from events as e
    where (e.event ->> '$.type') = 'Change'
)

select
    c.record_key,
    c.event_id,
    c.ticket_id,
    c.created_at as occurred_at,
    case
        when c.author_id = '-1' or c.via_channel in ('rule', 'system') then 'system'
        when u.role = 'end-user' then 'customer'
        else 'agent'
    end as actor_type,
    c.author_id as actor_id,
    case c.field_name
        when 'group_id' then 'queue'
        when 'assignee_id' then 'agent'
        else c.field_name
    end as field,
    case
        when c.field_name = 'group_id' then coalesce(old_group.name, c.old_value)
        when c.field_name = 'status' and c.old_value in ('hold', 'on-hold') then 'on_hold'
        when c.field_name = 'status' and c.old_value = 'pending' then 'pending_customer'
        else c.old_value
    end as old_value,
    case
        when c.field_name = 'group_id' then coalesce(new_group.name, c.new_value)
        when c.field_name = 'status' and c.new_value in ('hold', 'on-hold') then 'on_hold'
        when c.field_name = 'status' and c.new_value = 'pending' then 'pending_customer'
        else c.new_value
    end as new_value
from changes as c
left join latest_users as u on c.author_id = u.id
left join latest_groups as old_group on c.old_value = old_group.id
left join latest_groups as new_group on c.new_value = new_group.id
union all
select
    e.record_key,
    'metric/' || e.id as event_id,
    e.ticket_id,
    e.time as occurred_at,
    'system' as actor_type,
    null as actor_id,
    e.metric as field,
    null as old_value,
    e.type as new_value
from metric_events as e
