-- model: pain_point_cells
-- grain: one row per journey hit by a kind of moment at a stage, step, reason, channel and queue
-- key: pain_point, journey_key
-- inputs: moments, moment_kinds, journeys
-- params: contact_ms
-- per: all
--
-- A pain point is a kind of moment at a place. However often a journey meets it there, the journey
-- is hit once; what it cost in time is added up. A kind that is a contact itself, and whose time is
-- not measured, costs a contact's time as declared in the settings.
select
    concat_ws(
        ' | ', m.kind, j.stage, k.step, j.reason, m.channel, coalesce(m.queue, 'no queue')
    ) as pain_point,
    m.kind,
    j.stage,
    k.step,
    j.reason,
    m.channel,
    coalesce(m.queue, 'no queue') as queue,
    m.journey_key,
    min(m.person_key) as person_key,
    min(m.occurred_at) as first_at,
    count(*) as moments,
    sum(m.lost_ms)::bigint as lost_ms,
    sum(coalesce(m.lost_ms, case when k.is_contact then $contact_ms end))::bigint as cost_ms
from moments as m
inner join moment_kinds as k on m.kind = k.kind
inner join journeys as j on m.journey_key = j.journey_key
group by
    m.kind, j.stage, k.step, j.reason, m.channel, coalesce(m.queue, 'no queue'), m.journey_key
