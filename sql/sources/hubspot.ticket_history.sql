-- adapter: hubspot
-- table: ticket_history
-- grain: one row per change of stage, owner or pipeline
-- unit: ticket_id
-- inputs: tickets, pipelines
-- stream: tickets format=pages records=results
-- stream: pipelines format=pages records=results
-- optional: tickets."propertiesWithHistory", tickets."updatedAt"
-- optional: pipelines."stages"
--
-- propertiesWithHistory (ask for hs_pipeline_stage, hubspot_owner_id, hs_pipeline): each property has
-- its values, newest first. The first value is what the ticket was born with. sourceType tells people
-- from automation (values general knowledge). Without the pipelines no stage is known to be closed.
with stages as (
    select
        (s.stage ->> '$.id') as stage_id,
        max(coalesce(s.stage ->> '$.metadata.ticketState', '') = 'CLOSED'
            or coalesce(s.stage ->> '$.metadata.isClosed', '') = 'true') as is_closed
    from (
        select unnest(json_extract(p.stages, '$[*]')) as stage
        from pipelines as p
    ) as s
    group by (s.stage ->> '$.id')
),

properties as (
    select
        t.record_key,
        t.id,
        t."updatedAt" as updated_at,
        v.name,
        v.field,
        unnest(json_extract(
            json_extract(t."propertiesWithHistory", '$.' || v.name), '$[*]'
        )) as version
    from tickets as t
    cross join (
        values ('hs_pipeline_stage', 'status'), ('hubspot_owner_id', 'agent'), ('hs_pipeline', 'queue')
    ) as v (name, field)
),

valued as (
    select
        p.record_key,
        p.id,
        p.updated_at,
        p.field,
        (p.version ->> '$.timestamp') as changed_at,
        (p.version ->> '$.sourceType') as source_type,
        (p.version ->> '$.sourceId') as source_id,
        case
            when p.field <> 'status' then (p.version ->> '$.value')
            when s.is_closed then 'solved'
            else 'open'
        end as value
    from properties as p
    left join stages as s on (p.version ->> '$.value') = s.stage_id
),

compared as (
    select
        v.*,
        lag(v.value) over (
            partition by v.record_key, v.field order by try_cast(v.changed_at as timestamptz), v.value
        ) as old_value
    from valued as v
)

select
    v.record_key,
    v.id || '/' || v.field || '/' || v.changed_at as event_id,
    v.id as ticket_id,
    v.changed_at as occurred_at,
    case when v.source_type in ('CRM_UI', 'USER', 'MOBILE_IOS', 'MOBILE_ANDROID') then 'agent'
        else 'system' end as actor_type,
    v.source_id as actor_id,
    v.field,
    v.old_value,
    v.value as new_value,
    v.updated_at
from compared as v
where v.old_value is distinct from v.value
