-- adapter: intercom
-- table: ticket_history
-- grain: one row per part that changed the state or the assignee of a conversation
-- unit: ticket_id
-- inputs: conversations
-- stream: conversations format=pages records=conversations
-- times: epoch_s
-- optional: conversations."conversation_parts"
--
-- Part types: close ends, open and those with "reopen" in it begin again, snoozed waits,
-- timer_unsnooze goes on (the last two: general knowledge); any type with "assignment" or "assign"
-- gives the conversation to a team (queue) or an admin (agent). What it was before is the part before.
with parts as (
    select
        c.record_key,
        c.id as ticket_id,
        c.updated_at,
        unnest(json_extract(c.conversation_parts, '$.conversation_parts[*]')) as part
    from conversations as c
),

changes as (
    select
        p.record_key,
        p.ticket_id,
        p.updated_at,
        (p.part ->> '$.id') as part_id,
        (p.part ->> '$.created_at') as created_at,
        (p.part ->> '$.author.type') as author_type,
        (p.part ->> '$.author.id') as author_id,
        'status' as field,
        case
            when (p.part ->> '$.part_type') = 'close' then 'solved'
            when (p.part ->> '$.part_type') = 'snoozed' then 'on_hold'
            when (p.part ->> '$.part_type') in ('open', 'timer_unsnooze')
                or (p.part ->> '$.part_type') like '%reopen%'
                then 'open'
        end as new_value
    from parts as p
    union all
    select
        p.record_key,
        p.ticket_id,
        p.updated_at,
        (p.part ->> '$.id') as part_id,
        (p.part ->> '$.created_at') as created_at,
        (p.part ->> '$.author.type') as author_type,
        (p.part ->> '$.author.id') as author_id,
        case when (p.part ->> '$.assigned_to.type') = 'team' then 'queue' else 'agent' end as field,
        (p.part ->> '$.assigned_to.id') as new_value
    from parts as p
    where (p.part ->> '$.part_type') like '%assign%'
)

select
    c.record_key,
    c.part_id || '/' || c.field as event_id,
    c.ticket_id,
    c.created_at as occurred_at,
    case
        when c.author_type in ('user', 'lead', 'contact') then 'customer'
        when c.author_type = 'bot' then 'bot'
        else 'agent'
    end as actor_type,
    c.author_id as actor_id,
    c.field,
    coalesce(
        lag(c.new_value) over (
            partition by c.record_key, c.field
            order by try_cast(c.created_at as bigint), c.part_id
        ),
        case when c.field = 'status' then 'open' end
    ) as old_value,
    c.new_value,
    c.updated_at
from changes as c
where c.new_value is not null
