-- model: touchpoints_placed
-- grain: one row per touchpoint
-- key: touchpoint_key
-- inputs: touchpoints_found, thread_nodes, threads, inherited_reasons, reasons, same_interactions
-- per: person
--
-- Which piece of a journey each touchpoint belongs to. One with a unit belongs to its thread and
-- takes the thread's reason. A visit has its own reason or an inherited one, and is kept together
-- with that day's visits about it: a day is always shorter than the quiet window.
select
    f.touchpoint_key,
    f.person_key,
    f.contact_key,
    coalesce(n.component, f.unit_key, f.person_key) as piece_base,
    case when f.unit_key is null then cast(f.started_at as date) else date '1970-01-01' end
        as piece_day,
    f.unit_key is not null as is_in_thread,
    s.unit_key is not null as is_same_interaction,
    case
        when f.inherited is not null then f.inherited
        when t.reason_raw is null and i.reason_raw is not null then i.link_basis
        when r.reason_raw is not null then 'reason'
        else 'window'
    end as link_basis,
    f.started_at,
    f.ended_at,
    f.seq,
    f.source,
    f.kind,
    f.channel,
    f.actor,
    f.step,
    f.queue,
    f.activity,
    coalesce(r.reason, 'unstated') as reason,
    coalesce(r.reason_family, 'unstated') as reason_family,
    coalesce(f.stage, r.stage, case when f.unit_key is null then 'usage' else 'support' end)
        as stage,
    f.extends_journey
from touchpoints_found as f
left join thread_nodes as n on f.unit_key = n.node
left join threads as t on coalesce(n.component, f.unit_key) = t.thread_key
left join inherited_reasons as i on coalesce(n.component, f.unit_key) = i.anchor_key
left join same_interactions as s on f.unit_key = s.unit_key
left join reasons as r
    on
        case
            when f.unit_key is null then f.reason_raw
            else coalesce(t.reason_raw, i.reason_raw)
        end = r.reason_raw
