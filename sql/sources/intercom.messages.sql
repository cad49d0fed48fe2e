-- adapter: intercom
-- table: messages
-- grain: one row per part of a conversation that says something, and its first message
-- unit: ticket_id
-- inputs: conversations
-- stream: conversations format=pages records=conversations
-- times: epoch_s
-- optional: conversations."conversation_parts", conversations."contacts"
--
-- Parts with a body are messages; notes are not public. Who wrote is the author's type: user and lead
-- are the customer, bot is Fin or an operator bot. The parts of a conversation are capped by the API
-- (general knowledge), so that very long ones lack their middle.
with said as (
    select
        c.record_key,
        c.id as ticket_id,
        'source' as part_type,
        coalesce(c.source ->> '$.id', c.id || '/source') as message_id,
        c.created_at as created_at,
        (c.source ->> '$.author.type') as author_type,
        (c.source ->> '$.author.id') as author_id,
        (c.source ->> '$.body') as body,
        (c.source ->> '$.type') as source_type,
        c.updated_at
    from conversations as c
    union all
    select
        p.record_key,
        p.ticket_id,
        (p.part ->> '$.part_type') as part_type,
        (p.part ->> '$.id') as message_id,
        (p.part ->> '$.created_at') as created_at,
        (p.part ->> '$.author.type') as author_type,
        (p.part ->> '$.author.id') as author_id,
        (p.part ->> '$.body') as body,
        p.source_type,
        coalesce(p.part ->> '$.updated_at', p.updated_at) as updated_at
    from (
        select
            c.record_key,
            c.id as ticket_id,
            (c.source ->> '$.type') as source_type,
            c.updated_at,
            unnest(json_extract(c.conversation_parts, '$.conversation_parts[*]')) as part
        from conversations as c
    ) as p
)

select
    s.record_key,
    s.message_id,
    s.created_at as occurred_at,
    s.ticket_id,
    case
        when s.source_type = 'conversation' then 'chat'
        when s.source_type in ('email', 'sms') then s.source_type
        when s.source_type in ('facebook', 'instagram', 'twitter') then 'social'
        when s.source_type = 'whatsapp' then 'message'
        when s.source_type in ('phone_call', 'phone_switch') then 'voice'
        else 'other'
    end as channel,
    s.source_type as channel_raw,
    case when s.author_type in ('user', 'lead', 'contact') then 'in' else 'out' end as direction,
    case
        when s.author_type in ('user', 'lead', 'contact') then 'customer'
        when s.author_type = 'bot' then 'bot'
        else 'agent'
    end as actor,
    case when s.author_type in ('admin', 'team') then s.author_id end as actor_id,
    s.part_type <> 'note' as is_public,
    s.body as text,
    case when s.author_type in ('user', 'lead', 'contact') then s.author_id end as customer_ref,
    s.updated_at
from said as s
where s.body is not null
