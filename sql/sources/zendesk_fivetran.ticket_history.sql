-- adapter: zendesk_fivetran
-- table: ticket_history
-- grain: one row per change of a field; the value a ticket was born with is none
-- unit: ticket_id
-- inputs: field_history, users, groups
-- stream: field_history format=csv
-- stream: users format=csv
-- stream: groups format=csv
--
-- ticket_field_history has the new value of each change; the old one is the value before. Rows are
-- repeated in real exports (one status four times): what changes nothing belongs to the change
-- before it. The hold status is spelled on-hold here and hold in the API.
with latest_groups as (
    select
        g.id,
        arg_max(g.name, g.row_id) as name
    from groups as g
    group by g.id
),

latest_users as (
    select
        u.id,
        arg_max(u.role, u.row_id) as role
    from users as u
    group by u.id
),

worded as (
    select
        f.record_key,
        f.row_id,
        f.ticket_id,
        f.updated,
        f.user_id,
        f.field_name,
        case
            when f.field_name = 'group_id' then coalesce(g.name, f.value)
            when f.field_name = 'status' and f.value in ('hold', 'on-hold') then 'on_hold'
            when f.field_name = 'status' and f.value = 'pending' then 'pending_customer'
            else f.value
        end as value
    from field_history as f
    left join latest_groups as g on f.value = g.id
),

compared as (
    select
        w.*,
        lag(w.value) over ticket_field as old_value,
        row_number() over ticket_field = 1 or w.value is distinct from lag(w.value) over ticket_field
            as is_change
    from worded as w
    window ticket_field as (partition by w.ticket_id, w.field_name order by w.updated, w.row_id)
),

numbered as (
    select
        c.*,
        count(*) filter (where c.is_change) over (
            partition by c.ticket_id, c.field_name order by c.updated, c.row_id
            rows between unbounded preceding and current row
        ) as change_no
    from compared as c
),

changes as (
    select
        n.ticket_id,
        n.field_name,
        n.change_no,
        list(n.record_key) as record_keys,
        min(n.updated) as updated,
        min(n.user_id) filter (where n.is_change) as user_id,
        min(n.old_value) filter (where n.is_change) as old_value,
        min(n.value) as value
    from numbered as n
    group by n.ticket_id, n.field_name, n.change_no
)

select
    c.record_keys,
    c.ticket_id || '/' || c.field_name || '/' || c.change_no as event_id,
    c.ticket_id,
    c.updated as occurred_at,
    case
        when c.user_id is null or c.user_id = '-1' then 'system'
        when u.role = 'end-user' then 'customer'
        else 'agent'
    end as actor_type,
    c.user_id as actor_id,
    case c.field_name
        when 'group_id' then 'queue'
        when 'assignee_id' then 'agent'
        else c.field_name
    end as field,
    c.old_value,
    c.value as new_value
from changes as c
left join latest_users as u on c.user_id = u.id
