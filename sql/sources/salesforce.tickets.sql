-- adapter: salesforce
-- table: tickets
-- grain: one row per case as it stood at an export; the newest SystemModstamp counts
-- unit: ticket_id
-- inputs: cases, queues
-- stream: cases format=csv
-- stream: queues format=csv
-- optional: cases."ClosedDate", cases."IsClosed", cases."Reason", cases."Type", cases."Priority"
-- optional: cases."ContactEmail", cases."ContactPhone", cases."ContactMobile", cases."SuppliedEmail"
-- optional: cases."SuppliedPhone", cases."ParentId", cases."IsDeleted", cases."MasterRecordId"
-- optional: cases."Subject", cases."Description", cases."AccountId", cases."SystemModstamp"
-- optional: cases."LastModifiedDate", cases."CreatedById"
--
-- Cases as the Data Loader or a query of all rows (queryAll, with deleted and merged ones) exports
-- them; times are UTC with an offset, a report's CSV has the user's zone and spelling instead. Ids have
-- 15 or 18 characters, the first 15 are the id, capitals count. An owner is a user or a queue, by the
-- first characters of its id (general knowledge); "queues" is Group with Id and Name.
-- Status words are a picklist of the account's own: the usual ones are mapped, else IsClosed tells.
-- Closed is the agent's end of a case, so it is solved here. Cases have no counter of reopens.
with queue_names as (
    select
        left(q."Id", 15) as id,
        arg_max(q."Name", q.row_id) as name
    from queues as q
    group by left(q."Id", 15)
)

select
    c.record_key,
    left(c."Id", 15) as ticket_id,
    c."CreatedDate" as created_at,
    c."ClosedDate" as solved_at,
    case when c."ClosedDate" is not null then 'last' end as solved_basis,
    case
        when c."MasterRecordId" is not null then 'merged'
        when lower(c."IsDeleted") in ('true', '1') then 'deleted'
        when lower(c."IsClosed") in ('true', '1') then 'solved'
        when lower(c."Status") = 'new' then 'new'
        when lower(c."Status") in ('on hold', 'hold', 'pending') then 'on_hold'
        when lower(c."Status") like '%customer%' then 'pending_customer'
        when lower(c."Status") like 'closed%' then 'solved'
        else 'open'
    end as status,
    c."Status" as status_raw,
    case
        when lower(c."Origin") like '%phone%' then 'voice'
        when lower(c."Origin") like '%email%' then 'email'
        when lower(c."Origin") in ('web', 'web form', 'portal', 'community') then 'web_form'
        when lower(c."Origin") like '%chat%' then 'chat'
        when lower(c."Origin") in ('facebook', 'twitter', 'instagram') then 'social'
        when lower(c."Origin") in ('whatsapp', 'messaging') then 'message'
        when lower(c."Origin") = 'sms' then 'sms'
        else 'other'
    end as channel,
    c."Origin" as channel_raw,
    case
        when lower(c."Origin") like '%phone%' then 'agent'
        else 'customer'
    end as opened_by,
    c."Priority" as priority,
    c."Type" as type,
    case when c."OwnerId" like '00G%' then coalesce(q.name, left(c."OwnerId", 15)) end as queue,
    case when c."OwnerId" like '005%' then left(c."OwnerId", 15) end as agent_id,
    c."Reason" as contact_reason,
    c."Type" as contact_reason_2,
    left(c."ParentId", 15) as parent_ticket_id,
    left(c."MasterRecordId", 15) as merged_into,
    left(c."ContactId", 15) as customer_ref,
    coalesce(c."ContactEmail", c."SuppliedEmail") as email,
    coalesce(c."ContactPhone", c."ContactMobile", c."SuppliedPhone") as phone,
    c."Subject" as subject,
    c."Description" as body,
    coalesce(c."SystemModstamp", c."LastModifiedDate") as updated_at,
    lower(c."IsDeleted") in ('true', '1') as is_deleted
from cases as c
left join queue_names as q on left(c."OwnerId", 15) = q.id
