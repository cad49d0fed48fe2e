-- adapter: jira
-- table: ticket_history
-- grain: one row per changed field of a request
-- unit: ticket_id
-- inputs: issues
-- stream: issues format=pages records=issues
-- optional: issues."changelog"
--
-- changelog of the search (expand=changelog). It has the names of states, not their categories: the
-- usual names are mapped, other ones count as open. A move to another project changes the queue.
with histories as (
    select
        i.record_key,
        i.id as ticket_id,
        (i.fields ->> '$.reporter.accountId') as reporter,
        (i.fields ->> '$.updated') as updated_at,
        unnest(json_extract(i.changelog, '$.histories[*]')) as history
    from issues as i
),

items as (
    select
        h.record_key,
        h.ticket_id,
        h.reporter,
        h.updated_at,
        (h.history ->> '$.id') as history_id,
        (h.history ->> '$.created') as created,
        (h.history ->> '$.author.accountId') as author,
        generate_subscripts(json_extract(h.history, '$.items[*]'), 1) as item_no,
        unnest(json_extract(h.history, '$.items[*]')) as item
    from histories as h
),

worded as (
    select
        i.*,
        lower(i.item ->> '$.field') as field,
        coalesce(i.item ->> '$.fromString', i.item ->> '$.from') as old_name,
        coalesce(i.item ->> '$.toString', i.item ->> '$.to') as new_name,
        (i.item ->> '$.from') as old_id,
        (i.item ->> '$.to') as new_id
    from items as i
)

select
    w.record_key,
    w.history_id || '/' || w.item_no as event_id,
    w.ticket_id,
    w.created as occurred_at,
    case
        when w.author = w.reporter then 'customer'
        when w.author is null then 'system'
        else 'agent'
    end as actor_type,
    w.author as actor_id,
    case w.field
        when 'assignee' then 'agent'
        when 'project' then 'queue'
        else w.field
    end as field,
    case
        when w.field = 'assignee' then w.old_id
        when w.field <> 'status' then w.old_name
        when lower(w.old_name) like '%waiting % customer' then 'pending_customer'
        when lower(w.old_name) in ('pending', 'on hold', 'blocked') then 'on_hold'
        when lower(w.old_name) in ('to do', 'new', 'open', 'backlog', 'waiting for support') then 'new'
        when regexp_matches(lower(w.old_name), 'done|clos|resolv|cancel|complet|declin') then 'solved'
        when w.old_name is not null then 'open'
    end as old_value,
    case
        when w.field = 'assignee' then w.new_id
        when w.field <> 'status' then w.new_name
        when lower(w.new_name) like '%waiting % customer' then 'pending_customer'
        when lower(w.new_name) in ('pending', 'on hold', 'blocked') then 'on_hold'
        when lower(w.new_name) in ('to do', 'new', 'open', 'backlog', 'waiting for support') then 'new'
        when regexp_matches(lower(w.new_name), 'done|clos|resolv|cancel|complet|declin') then 'solved'
        when w.new_name is not null then 'open'
    end as new_value,
    w.updated_at
from worded as w
