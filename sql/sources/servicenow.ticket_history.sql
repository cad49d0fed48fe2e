-- adapter: servicenow
-- table: ticket_history
-- grain: one row per audited change of an incident's field
-- unit: ticket_id
-- inputs: audit, groups
-- stream: audit records=result
-- stream: groups records=result
-- ignore: audit.other_table: coalesce(tablename, '') <> 'incident'
-- ignore: audit.journal: fieldname in ('comments', 'work_notes', 'comments_and_work_notes')
-- ignore: audit.twin_of_incident_state: fieldname = 'state'
-- optional: audit."user", groups."sys_updated_on"
--
-- sys_audit, exported by name (the vendor documents its columns; the names in the database are
-- general knowledge). It speaks of references by sys_id and of times in UTC, so group names come
-- from sys_user_group. Journal fields are free text and no changes. The platform keeps "state" and
-- "incident_state" alike and audits both: one of them counts.
with latest_groups as (
    select
        g.sys_id,
        arg_max(g.name, coalesce(g.sys_updated_on, '') || g.row_id) as name
    from groups as g
    group by g.sys_id
),

states as (
    select
        v.code,
        v.status
    from (
        values
        ('1', 'new'), ('2', 'open'), ('3', 'on_hold'), ('6', 'solved'), ('7', 'closed'),
        ('8', 'closed')
    ) as v (code, status)
)

select
    a.record_key,
    a.sys_id as event_id,
    a.documentkey as ticket_id,
    a.sys_created_on as occurred_at,
    case when lower(a."user") in ('system', 'guest') then 'system' else 'agent' end as actor_type,
    a."user" as actor_id,
    case a.fieldname
        when 'incident_state' then 'status'
        when 'assignment_group' then 'queue'
        when 'assigned_to' then 'agent'
        else a.fieldname
    end as field,
    case
        when a.fieldname = 'incident_state' then coalesce(old_state.status, a.oldvalue)
        when a.fieldname = 'assignment_group' then coalesce(old_group.name, a.oldvalue)
        else a.oldvalue
    end as old_value,
    case
        when a.fieldname = 'incident_state' then coalesce(new_state.status, a.newvalue)
        when a.fieldname = 'assignment_group' then coalesce(new_group.name, a.newvalue)
        else a.newvalue
    end as new_value
from audit as a
left join latest_groups as old_group on a.oldvalue = old_group.sys_id
left join latest_groups as new_group on a.newvalue = new_group.sys_id
left join states as old_state on a.oldvalue = old_state.code
left join states as new_state on a.newvalue = new_state.code
