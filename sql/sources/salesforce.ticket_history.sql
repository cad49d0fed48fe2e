-- adapter: salesforce
-- table: ticket_history
-- grain: one row per tracked change of a case
-- unit: ticket_id
-- inputs: case_history, queues
-- stream: case_history format=csv
-- stream: queues format=csv
-- ignore: case_history.owner_names: "Field" = 'Owner' and coalesce(not regexp_matches("NewValue", '^(005|00G)[A-Za-z0-9]{12,15}$'), true)
-- ignore: case_history.born: "Field" = 'created'
-- optional: case_history."Id", case_history."CreatedById"
--
-- CaseHistory. A change of owner is written twice, once with names and once with ids (not verified); the
-- ids tell queues from users, so the names are left out. Only fields with tracking switched on have a
-- history, and it is kept for a limited time.
with queue_names as (
    select
        left(q."Id", 15) as id,
        arg_max(q."Name", q.row_id) as name
    from queues as q
    group by left(q."Id", 15)
),

changes as (
    select
        h.record_key,
        coalesce(h."Id", h.row_id) as event_id,
        left(h."CaseId", 15) as ticket_id,
        h."CreatedDate" as created,
        h."CreatedById" as author,
        case
            when h."Field" = 'Owner' and h."NewValue" like '00G%' then 'queue'
            when h."Field" = 'Owner' then 'agent'
            else lower(h."Field")
        end as field,
        h."OldValue" as old_value,
        h."NewValue" as new_value
    from case_history as h
)

select
    c.record_key,
    c.event_id,
    c.ticket_id,
    c.created as occurred_at,
    'agent' as actor_type,
    c.author as actor_id,
    c.field,
    case
        when c.field = 'queue' and c.old_value like '005%' then null
        when c.field = 'queue' then coalesce(old_queue.name, left(c.old_value, 15))
        when c.field = 'agent' and c.old_value like '00G%' then null
        when c.field = 'agent' then left(c.old_value, 15)
        when c.field <> 'status' then c.old_value
        when lower(c.old_value) = 'new' then 'new'
        when lower(c.old_value) in ('on hold', 'hold', 'pending') then 'on_hold'
        when lower(c.old_value) like '%customer%' then 'pending_customer'
        when lower(c.old_value) like 'closed%' then 'solved'
        when c.old_value is not null then 'open'
    end as old_value,
    case
        when c.field = 'queue' then coalesce(new_queue.name, left(c.new_value, 15))
        when c.field = 'agent' then left(c.new_value, 15)
        when c.field <> 'status' then c.new_value
        when lower(c.new_value) = 'new' then 'new'
        when lower(c.new_value) in ('on hold', 'hold', 'pending') then 'on_hold'
        when lower(c.new_value) like '%customer%' then 'pending_customer'
        when lower(c.new_value) like 'closed%' then 'solved'
        when c.new_value is not null then 'open'
    end as new_value
from changes as c
left join queue_names as old_queue on left(c.old_value, 15) = old_queue.id
left join queue_names as new_queue on left(c.new_value, 15) = new_queue.id
