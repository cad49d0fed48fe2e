-- adapter: servicenow
-- table: tickets
-- grain: one row per incident as it stood at an export; the newest sys_updated_on counts
-- unit: ticket_id
-- inputs: incidents, groups
-- stream: incidents records=result
-- stream: groups records=result
-- units: resolution_ms s
-- optional: incidents."number", incidents."closed_by", incidents."subcategory"
-- optional: incidents."priority", incidents."assigned_to", incidents."reassignment_count"
-- optional: incidents."reopen_count", incidents."caller_id.email", incidents."caller_id.phone"
-- optional: incidents."parent_incident", incidents."problem_id", incidents."short_description"
-- optional: incidents."description", incidents."calendar_duration", incidents."calendar_stc"
-- optional: incidents."hold_reason", groups."sys_updated_on"
--
-- The incident table (it extends task, so opened_at, assignment_group and contact_type come from
-- there), as CSV with field names or as JSON of the table interface. Export values, not display
-- values: times are then UTC without a zone (declare timezone = "UTC"), references are sys_ids, and
-- caller_id is a key. With display values times are in the exporting user's zone, a caller is a name
-- (names must not join people, so it is no key) and a duration reads "25 Days 21 Hours 1 Minute".
-- A reference in JSON is an object with value or display_value, and a link that ends in the sys_id.
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
),

incidents_read as (
    select
        i.record_key,
        i.sys_id,
        i.opened_at,
        i.resolved_at,
        i.closed_at,
        case when i.closed_by like '{%' then coalesce(i.closed_by ->> '$.display_value', i.closed_by ->> '$.value')
            else i.closed_by end as closed_by,
        lower(i.incident_state) as state,
        i.incident_state,
        lower(i.hold_reason) as hold_reason,
        lower(i.contact_type) as contact_type,
        i.priority,
        case when i.assignment_group like '{%' then coalesce(i.assignment_group ->> '$.display_value', i.assignment_group ->> '$.value')
            else i.assignment_group end as assignment_group,
        case when i.assigned_to like '{%' then coalesce(i.assigned_to ->> '$.display_value', i.assigned_to ->> '$.value')
            else i.assigned_to end as assigned_to,
        i.category,
        i.subcategory,
        i.reopen_count,
        i.reassignment_count,
        i.calendar_stc,
        i.calendar_duration,
        case when i.parent_incident like '{%' then coalesce(
            i.parent_incident ->> '$.value', nullif(regexp_extract(i.parent_incident ->> '$.link', '([0-9a-f]{32})', 1), '')
        ) else i.parent_incident end as parent_incident,
        case when i.problem_id like '{%' then coalesce(
            i.problem_id ->> '$.value', nullif(regexp_extract(i.problem_id ->> '$.link', '([0-9a-f]{32})', 1), '')
        ) else i.problem_id end as problem_id,
        case when i.caller_id like '{%' then coalesce(
            i.caller_id ->> '$.value', nullif(regexp_extract(i.caller_id ->> '$.link', '([0-9a-f]{32})', 1), '')
        ) else i.caller_id end as caller_id,
        i."caller_id.email" as email,
        i."caller_id.phone" as phone,
        i.short_description,
        i.description,
        i.sys_updated_on
    from incidents as i
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
        when i.state in ('1', 'new') then 'new'
        when i.state in ('2', 'in progress', 'active') then 'open'
        when i.state in ('3', 'on hold') and i.hold_reason in ('1', 'awaiting caller')
            then 'pending_customer'
        when i.state in ('3', 'on hold', 'awaiting problem', 'awaiting evidence') then 'on_hold'
        when i.state in ('awaiting user info', 'awaiting caller') then 'pending_customer'
        when i.state in ('6', 'resolved') then 'solved'
        when i.state in ('7', '8', 'closed', 'canceled', 'cancelled') then 'closed'
        else i.incident_state
    end as status,
    i.incident_state as status_raw,
    case i.contact_type
        when 'phone' then 'voice'
        when 'email' then 'email'
        when 'self-service' then 'web_form'
        when 'chat' then 'chat'
        when 'virtual_agent' then 'bot'
        when 'virtual agent' then 'bot'
        when 'walk-in' then 'in_person'
        else 'other'
    end as channel,
    i.contact_type as channel_raw,
    case
        when i.contact_type in ('email', 'self-service', 'chat', 'virtual_agent', 'virtual agent')
            then 'customer'
        when i.contact_type in ('monitoring', 'event', 'alert') then 'system'
        else 'agent'
    end as opened_by,
    i.priority,
    coalesce(g.name, i.assignment_group) as queue,
    i.assigned_to as agent_id,
    concat_ws(' / ', i.category, i.subcategory) as contact_reason,
    i.category as contact_reason_2,
    i.reopen_count as reopens,
    i.reassignment_count as reassignments,
    coalesce(
        i.calendar_stc,
        epoch(try_cast(i.calendar_duration as timestamp))::varchar,
        case
            when regexp_matches(i.calendar_duration, '(?i)[0-9]+ (day|hour|minute|second)')
                then (
                    86400 * coalesce(try_cast(
                        regexp_extract(i.calendar_duration, '(?i)([0-9]+) day', 1) as bigint), 0)
                    + 3600 * coalesce(try_cast(
                        regexp_extract(i.calendar_duration, '(?i)([0-9]+) hour', 1) as bigint), 0)
                    + 60 * coalesce(try_cast(
                        regexp_extract(i.calendar_duration, '(?i)([0-9]+) minute', 1) as bigint), 0)
                    + coalesce(try_cast(
                        regexp_extract(i.calendar_duration, '(?i)([0-9]+) second', 1) as bigint), 0)
                )::varchar
        end
    ) as resolution_ms,
    i.parent_incident as parent_ticket_id,
    i.problem_id,
    -- A display name is no key: a caller must be a sys_id.
    case when regexp_matches(i.caller_id, '^[0-9a-f]{32}$') then i.caller_id end as customer_ref,
    i.email,
    i.phone,
    i.short_description as subject,
    i.description as body,
    i.sys_updated_on as updated_at
from incidents_read as i
left join latest_groups as g on i.assignment_group = g.sys_id
