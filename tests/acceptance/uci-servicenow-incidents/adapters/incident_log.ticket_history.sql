-- adapter: incident_log
-- table: ticket_history
-- grain: one row per field that changed between two snapshots of an incident
-- unit: ticket_id
-- inputs: records
-- stream: records format=csv null=?
-- times: %d/%m/%Y %H:%M
--
-- A change is a value that differs from the last one known before it: snapshots that do not record
-- it ("?", state -100) change nothing, and the first one known is no change. What came and went
-- between two snapshots is not seen: the incident's own counters (reassignments, reopens in
-- tickets) are higher. Snapshots are in the order of incident_log.tickets.sql; event_seq keeps it
-- where several fall into one minute.
-- User 908 is the closing job, which also writes what mails and forms bring in.
with snapshots as (
    select
        r.record_key,
        r.row_id,
        r.number,
        r.sys_updated_at,
        r.sys_updated_by as updated_by,
        case
            when r.incident_state = 'New' then 'new'
            when r.incident_state = 'Active' then 'open'
            when r.incident_state = 'Awaiting User Info' then 'pending_customer'
            when r.incident_state like 'Awaiting %' then 'on_hold'
            when r.incident_state = 'Resolved' then 'solved'
            when r.incident_state = 'Closed' then 'closed'
            when r.incident_state <> '-100' then r.incident_state
        end as status,
        r.assignment_group as queue,
        r.assigned_to as agent,
        r.priority,
        row_number() over (
            partition by r.number
            order by
                try_strptime(r.sys_updated_at, '%d/%m/%Y %H:%M'),
                try_cast(r.sys_mod_count as integer),
                r.row_id
        ) as place
    from records as r
),

compared as (
    select
        s.*,
        last_value(s.status ignore nulls) over before as status_before,
        last_value(s.queue ignore nulls) over before as queue_before,
        last_value(s.agent ignore nulls) over before as agent_before,
        last_value(s.priority ignore nulls) over before as priority_before
    from snapshots as s
    window before as (
        partition by s.number order by s.place
        rows between unbounded preceding and 1 preceding
    )
),

changes as (
    select c.*, 0 as part, 'queue' as field, c.queue_before as old_value, c.queue as new_value
    from compared as c
    union all
    select c.*, 1, 'agent', c.agent_before, c.agent
    from compared as c
    union all
    select c.*, 2, 'priority', c.priority_before, c.priority
    from compared as c
    union all
    select c.*, 3, 'status', c.status_before, c.status
    from compared as c
)

select
    h.record_key,
    h.row_id || '/' || h.field as event_id,
    h.number as ticket_id,
    h.sys_updated_at as occurred_at,
    4 * h.place + h.part as event_seq,
    case when h.updated_by = 'Updated by 908' then 'system' else 'agent' end as actor_type,
    h.updated_by as actor_id,
    h.field,
    h.old_value,
    h.new_value
from changes as h
where h.old_value <> h.new_value
