-- adapter: salesforce
-- table: messages
-- grain: one row per e-mail of a case
-- unit: ticket_id
-- inputs: emails
-- stream: emails format=csv
-- optional: emails."TextBody", emails."IsDeleted", emails."SystemModstamp", emails."MessageDate"
-- optional: emails."FromAddress", emails."ToAddress", emails."CreatedById"
--
-- EmailMessage: Incoming tells the direction, ParentId the case. Automatic replies cannot be told from an
-- agent's. Case comments and feed items are not read (names general knowledge).
select
    e.record_key,
    left(e."Id", 15) as message_id,
    coalesce(e."MessageDate", e."CreatedDate") as occurred_at,
    left(e."ParentId", 15) as ticket_id,
    'email' as channel,
    case when lower(e."Incoming") in ('true', '1') then 'in' else 'out' end as direction,
    case when lower(e."Incoming") in ('true', '1') then 'customer' else 'agent' end as actor,
    case when lower(e."Incoming") in ('true', '1') then null else left(e."CreatedById", 15) end
        as actor_id,
    true as is_public,
    e."TextBody" as text,
    case when lower(e."Incoming") in ('true', '1') then e."FromAddress" end as email,
    e."SystemModstamp" as updated_at,
    lower(e."IsDeleted") in ('true', '1') as is_deleted
from emails as e
