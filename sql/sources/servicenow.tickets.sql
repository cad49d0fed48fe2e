-- adapter: servicenow
-- table: tickets
-- grain: one row per incident as it stood at an export; the newest sys_updated_on counts
-- unit: ticket_id
-- inputs: incidents, groups
-- stream: incidents format=csv
-- stream: groups format=csv
-- units: resolution_ms s
-- optional: incidents."number", incidents."closed_by", incidents."subcategory"
-- optional: incidents."priority", incidents."assigned_to", incidents."reassignment_count"
-- optional: incidents."reopen_count", incidents."caller_id.email", incidents."caller_id.phone"
-- optional: incidents."parent_incident", incidents."problem_id", incidents."short_description"
-- optional: incidents."description", incidents."calendar_duration", incidents."calendar_stc"
-- optional: incidents."hold_reason", groups."sys_updated_on"
--
-- The incident table (it extends task, so opened_at, assignment_group and contact_type come from
-- there), as CSV with field names and values, not display values: times are then UTC without a
-- zone (declare timezone = "UTC"), references are sys_ids, and caller_id is a key. With display
-- values a caller is a name, and names must not join people: export values.
-- caller_id.email and caller_id.phone are dot-walked columns; add them to the export.
-- States: 1 new, 2 in progress, 3 on hold, 6 resolved, 7 closed, 8 cancelled; labels are taken
-- too. On hold "awaiting caller" (hold_reason 1) is the customer's turn (general knowledge).
-- resolved_at is the latest resolution. The closing job runs as "system" some days later.
-- calendar_stc counts seconds; calendar_duration is a date counted from 1970-01-01.
with latest_groups as (
    select
        g.sys_id,
        arg_max(g.name, coalesce(g.sys_updated_on, '') || g.row_id) as name
    from groups as g
    group by g.sys_id
)

select
    i.record_key,
    i.sys_id as ticket_id,
    i.opened_at as created_at,
    i.resolved_at as solved_at,
    case when i.resolved_at is not null then 'last' end as solved_basis,
    i.closed_at,
    case
        when i.closed_at is null then null
        when lower(i.closed_by) = 'system' then 'system'
        else 'agent'
    end as closed_by,
    case
        when lower(i.incident_state) in ('1', 'new') then 'new'
        when lower(i.incident_state) in ('2', 'in progress', 'active') then 'open'
        when lower(i.incident_state) in ('3', 'on hold') and lower(i.hold_reason) in (
            '1', 'awaiting caller'
        )
            then 'pending_customer'
        when lower(i.incident_state) in ('3', 'on hold', 'awaiting problem', 'awaiting evidence')
            then 'on_hold'
        when lower(i.incident_state) in ('awaiting user info', 'awaiting caller')
            then 'pending_customer'
        when lower(i.incident_state) in ('6', 'resolved') then 'solved'
        when lower(i.incident_state) in ('7', '8', 'closed', 'canceled', 'cancelled') then 'closed'
        else i.incident_state
    end as status,
    i.incident_state as status_raw,
    case lower(i.contact_type)
        when 'phone' then 'voice'
        when 'email' then 'email'
        when 'self-service' then 'web_form'
        when 'chat' then 'chat'
        when 'virtual_agent' then 'bot'
        when 'walk-in' then 'in_person'
        else 'other'
    end as channel,
    i.contact_type as channel_raw,
    case
        when lower(i.contact_type) in ('email', 'self-service', 'chat', 'virtual_agent')
            then 'customer'
        when lower(i.contact_type) in ('monitoring', 'event', 'alert') then 'system'
        else 'agent'
    end as opened_by,
    i.priority,
    coalesce(g.name, i.assignment_group) as queue,
    i.assigned_to as agent_id,
    concat_ws(' / ', i.category, i.subcategory) as contact_reason,
    i.category as contact_reason_2,
    i.reopen_count as reopens,
    i.reassignment_count as reassignments,
    coalesce(i.calendar_stc, epoch(try_cast(i.calendar_duration as timestamp))::varchar)
        as resolution_ms,
    i.parent_incident as parent_ticket_id,
    i.problem_id,
    i.caller_id as customer_ref,
    i."caller_id.email" as email,
    i."caller_id.phone" as phone,
    i.short_description as subject,
    i.description as body,
    i.sys_updated_on as updated_at
from incidents as i
left join latest_groups as g on i.assignment_group = g.sys_id
