-- adapter: hubspot
-- table: tickets
-- grain: one row per ticket as it stood at an export; the newest change counts
-- unit: ticket_id
-- inputs: tickets, pipelines, contacts
-- stream: tickets format=pages records=results
-- stream: pipelines format=pages records=results
-- stream: contacts format=pages records=results
-- optional: tickets."archived", tickets."associations", tickets."updatedAt"
-- optional: pipelines."stages"
--
-- Tickets of the CRM interface (properties, associations with contacts). Values are all text; dates are
-- ISO or milliseconds, both are read. What is called status is the number of a pipeline's stage: the
-- pipelines say which stages are closed, without them a closing date does. HubSpot's closed is the
-- agent's end of it, so it is solved here.
-- Tickets that were closed before they were created occur in real accounts (imports): such a closing
-- is left out and flagged in attributes. Units of hs_time_in_… are not verified, so they are not read.
-- source_type values are general knowledge. Merged contacts keep the winner's id.
with stages as (
    select
        (s.stage ->> '$.id') as stage_id,
        max(coalesce(s.stage ->> '$.metadata.ticketState', '') = 'CLOSED'
            or coalesce(s.stage ->> '$.metadata.isClosed', '') = 'true') as is_closed,
        min(s.stage ->> '$.label') as label
    from (
        select unnest(json_extract(p.stages, '$[*]')) as stage
        from pipelines as p
    ) as s
    group by (s.stage ->> '$.id')
),

people as (
    select
        c.id,
        arg_max(c.properties ->> '$.email', c.row_id) as email,
        arg_max(c.properties ->> '$.phone', c.row_id) as phone
    from contacts as c
    group by c.id
),

tickets_read as (
    select
        t.record_key,
        t.id,
        t.properties,
        t.archived,
        (t.properties ->> '$.hs_pipeline_stage') as stage,
        json_extract_string(t.associations, '$.contacts.results[0].id') as contact_id,
        coalesce(
            strftime(make_timestamp(
                try_cast((t.properties ->> '$.createdate') as bigint) * 1000), '%Y-%m-%dT%H:%M:%S.%gZ'),
            t.properties ->> '$.createdate'
        ) as created_at,
        coalesce(
            strftime(make_timestamp(
                try_cast((t.properties ->> '$.closed_date') as bigint) * 1000), '%Y-%m-%dT%H:%M:%S.%gZ'),
            t.properties ->> '$.closed_date'
        ) as closed_at,
        coalesce(
            strftime(make_timestamp(try_cast((t.properties ->> '$.first_agent_reply_date') as bigint)
                * 1000), '%Y-%m-%dT%H:%M:%S.%gZ'),
            t.properties ->> '$.first_agent_reply_date'
        ) as first_reply_at,
        coalesce(t."updatedAt", t.properties ->> '$.hs_lastmodifieddate') as updated_at
    from tickets as t
),

checked as (
    select
        t.*,
        coalesce(s.is_closed, t.closed_at is not null) as is_closed,
        coalesce(s.label, t.stage) as stage_name,
        coalesce(try_cast(t.closed_at as timestamptz) < try_cast(t.created_at as timestamptz), false)
            as is_impossible
    from tickets_read as t
    left join stages as s on t.stage = s.stage_id
)

select
    t.record_key,
    t.id as ticket_id,
    t.created_at,
    t.first_reply_at,
    case when not t.is_impossible then t.closed_at end as solved_at,
    case when t.closed_at is not null and not t.is_impossible then 'last' end as solved_basis,
    case when t.is_closed then 'solved' else 'open' end as status,
    t.stage_name as status_raw,
    case upper(t.properties ->> '$.source_type')
        when 'EMAIL' then 'email'
        when 'CHAT' then 'chat'
        when 'PHONE' then 'voice'
        when 'FORM' then 'web_form'
        else 'other'
    end as channel,
    (t.properties ->> '$.source_type') as channel_raw,
    'customer' as opened_by,
    (t.properties ->> '$.hs_ticket_priority') as priority,
    (t.properties ->> '$.hs_pipeline') as queue,
    (t.properties ->> '$.hubspot_owner_id') as agent_id,
    (t.properties ->> '$.hs_ticket_category') as contact_reason,
    t.contact_id as customer_ref,
    p.email,
    p.phone,
    (t.properties ->> '$.subject') as subject,
    (t.properties ->> '$.content') as body,
    case when t.is_impossible then json_object('closed_before_created', t.closed_at) end as attributes,
    t.updated_at,
    coalesce(t.archived, 'false') as is_deleted
from checked as t
left join people as p on t.contact_id = p.id
