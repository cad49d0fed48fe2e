-- adapter: jira
-- table: tickets
-- grain: one row per request (issue) as it stood at an export; the newest updated counts
-- unit: ticket_id
-- inputs: issues
-- stream: issues format=pages records=issues
--
-- Issues of Jira Service Management as the search gives them (fields, changelog). Times have an offset
-- without a colon. The id names a request, because the key changes when it moves to another project.
-- resolutiondate can be empty though the status is done; then the change of the status category
-- counts, and both are the latest. What a status means is its category; names tell who waits.
-- The fields with the channel ("Request channel type") and the request type are custom fields with
-- numbers of the account's own, and so is the rating: change them in "account" (general knowledge:
-- that they exist).
with account as (
    select
        'customfield_10003' as channel_field,
        'customfield_10010' as request_type_field
),

issues_read as (
    select
        i.record_key,
        i.id,
        i.fields,
        (i.fields ->> '$.status.name') as status_name,
        (i.fields ->> '$.status.statusCategory.key') as category,
        lower(coalesce(
            json_extract_string(i.fields, '$.' || a.channel_field || '.value'),
            json_extract_string(i.fields, '$.' || a.channel_field)
        )) as channel_raw,
        json_extract_string(i.fields, '$.' || a.request_type_field || '.requestType.name')
            as request_type
    from issues as i
    cross join account as a
)

select
    i.record_key,
    i.id as ticket_id,
    (i.fields ->> '$.created') as created_at,
    coalesce(
        i.fields ->> '$.resolutiondate',
        case when i.category = 'done' then (i.fields ->> '$.statuscategorychangedate') end
    ) as solved_at,
    case
        when (i.fields ->> '$.resolutiondate') is not null or i.category = 'done' then 'last'
    end as solved_basis,
    case
        when lower(i.status_name) like '%waiting for customer%'
            or lower(i.status_name) like '%waiting on customer%'
            then 'pending_customer'
        when i.category = 'done' then 'solved'
        when lower(i.status_name) in ('pending', 'on hold', 'blocked') then 'on_hold'
        when i.category = 'new' then 'new'
        else 'open'
    end as status,
    i.status_name as status_raw,
    case
        when i.channel_raw in ('email', 'chat') then i.channel_raw
        when i.channel_raw in ('portal', 'help center', 'widget') then 'web_form'
        when i.channel_raw like '%phone%' then 'voice'
        else 'other'
    end as channel,
    i.channel_raw,
    case
        when coalesce(i.fields ->> '$.creator.accountId', i.fields ->> '$.reporter.accountId')
            is distinct from (i.fields ->> '$.reporter.accountId')
            then 'agent'
        else 'customer'
    end as opened_by,
    (i.fields ->> '$.priority.name') as priority,
    (i.fields ->> '$.issuetype.name') as type,
    (i.fields ->> '$.project.key') as queue,
    (i.fields ->> '$.assignee.accountId') as agent_id,
    coalesce(i.request_type, i.fields ->> '$.issuetype.name') as contact_reason,
    (i.fields ->> '$.parent.id') as parent_ticket_id,
    (i.fields ->> '$.reporter.accountId') as customer_ref,
    (i.fields ->> '$.reporter.emailAddress') as email,
    (i.fields ->> '$.summary') as subject,
    (i.fields ->> '$.description') as body,
    (i.fields ->> '$.updated') as updated_at
from issues_read as i
