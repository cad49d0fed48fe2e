-- adapter: jira
-- table: messages
-- grain: one row per comment of a request
-- unit: ticket_id
-- inputs: issues
-- stream: issues format=pages records=issues
--
-- fields.comment.comments of an issue. jsdPublic false is an internal note; where it is missing, a
-- comment is public (general knowledge). The reporter and accounts of type customer are customers.
with comments as (
    select
        i.record_key,
        i.id as ticket_id,
        (i.fields ->> '$.reporter.accountId') as reporter,
        unnest(json_extract(i.fields, '$.comment.comments[*]')) as comment
    from issues as i
),

authored as (
    select
        c.record_key,
        c.ticket_id,
        c.comment,
        (c.comment ->> '$.author.accountId') as author,
        coalesce(
            (c.comment ->> '$.author.accountId') = c.reporter
            or (c.comment ->> '$.author.accountType') = 'customer',
            false
        ) as is_customer
    from comments as c
)

select
    a.record_key,
    (a.comment ->> '$.id') as message_id,
    (a.comment ->> '$.created') as occurred_at,
    a.ticket_id,
    'web_form' as channel,
    case when a.is_customer then 'in' else 'out' end as direction,
    case when a.is_customer then 'customer' else 'agent' end as actor,
    case when not a.is_customer then a.author end as actor_id,
    coalesce(a.comment ->> '$.jsdPublic', 'true') as is_public,
    (a.comment ->> '$.body') as text,
    case when a.is_customer then a.author end as customer_ref,
    case when a.is_customer then (a.comment ->> '$.author.emailAddress') end as email,
    (a.comment ->> '$.updated') as updated_at
from authored as a
