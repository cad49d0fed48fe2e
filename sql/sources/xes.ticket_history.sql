-- adapter: xes
-- table: ticket_history
-- grain: one row per event of a case, and one more where it went to another group
-- unit: ticket_id
-- inputs: records
-- stream: records format=xes
--
-- field "activity" keeps the log's own words. A change of org:group is a change of queue, of org:resource
-- one of agent; the first ones are what the case began with. Events of one time follow the log.
with ordered as (
    select
        r.record_key,
        r.case_id,
        r.event_index,
        r.time,
        r.activity,
        r.lifecycle,
        r.resource,
        r."group" as team,
        lag(r.activity) over in_case as activity_before,
        last_value(r."group" ignore nulls) over before_it as team_before,
        last_value(r.resource ignore nulls) over before_it as resource_before
    from records as r
    window
        in_case as (
            partition by r.case_id
            order by try_cast(r.time as timestamptz), try_cast(r.event_index as bigint), r.row_id
        ),
        before_it as (
            partition by r.case_id
            order by try_cast(r.time as timestamptz), try_cast(r.event_index as bigint), r.row_id
            rows between unbounded preceding and 1 preceding
        )
),

changes as (
    select
        o.record_key, o.case_id, o.event_index, o.time, o.resource,
        'activity' as field, o.activity_before as old_value, o.activity as new_value
    from ordered as o
    union all
    select
        o.record_key, o.case_id, o.event_index, o.time, o.resource,
        'queue' as field, o.team_before as old_value, o.team as new_value
    from ordered as o
    where o.team is distinct from o.team_before and o.team is not null
    union all
    select
        o.record_key, o.case_id, o.event_index, o.time, o.resource,
        'agent' as field, o.resource_before as old_value, o.resource as new_value
    from ordered as o
    where o.resource is distinct from o.resource_before and o.resource is not null
)

select
    c.record_key,
    c.case_id || '/' || c.event_index || '/' || c.field as event_id,
    c.case_id as ticket_id,
    c.time as occurred_at,
    c.event_index as event_seq,
    case when c.resource is null then 'system' else 'agent' end as actor_type,
    c.resource as actor_id,
    c.field,
    c.old_value,
    c.new_value
from changes as c
