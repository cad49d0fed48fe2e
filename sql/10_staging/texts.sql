-- model: texts
-- grain: one row per thing a customer wrote: message, ticket, survey comment
-- key: text_key
-- inputs: messages, tickets, surveys
-- params: as_of, opening_window
-- per: person
-- stored: view
--
-- Raw text, read here and in text_words only. A ticket's text is its first message where messages
-- are delivered too: then the message counts. A comment that stands at several questions of a
-- response counts once.
with opened as (
    select distinct m.ticket_key
    from messages as m
    inner join tickets as t on m.ticket_key = t.ticket_key
    where
        m.direction = 'in'
        and m.text is not null
        and m.is_deleted is not true
        and m.occurred_at <= t.created_at + $opening_window
),

comments as (
    select
        row_key,
        coalesce(call_key, ticket_key, conversation_key) as about_key,
        response_key,
        language,
        comment,
        row_number() over (partition by response_key, comment order by row_key) as occurrence
    from surveys
    where
        answered_at <= $as_of
        and status not in ('preview', 'test', 'spam')
        and is_deleted is not true
)

select
    row_key as text_key,
    coalesce(ticket_key, conversation_key, call_key, row_key) as unit_key,
    language as declared,
    text
from messages
where
    occurred_at <= $as_of
    and direction = 'in'
    and actor = 'customer'
    and is_public is not false
    and is_test is not true
    and is_deleted is not true
    and text is not null
union all
select
    t.ticket_key,
    t.ticket_key,
    null,
    coalesce(t.body, t.subject)
from tickets as t
left join opened as o on t.ticket_key = o.ticket_key
where
    t.created_at <= $as_of
    and t.opened_by = 'customer'
    and t.is_test is not true
    and t.is_deleted is not true
    and coalesce(t.body, t.subject) is not null
    and o.ticket_key is null
union all
select
    row_key,
    response_key,
    language,
    comment
from comments
where comment is not null and occurrence = 1
