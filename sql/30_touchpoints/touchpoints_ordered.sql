-- model: touchpoints_ordered
-- grain: one row per touchpoint, numbered within its person
-- key: touchpoint_key
-- inputs: touchpoints_found, thread_nodes, threads, inherited_reasons, reasons
-- params: session_gap
-- per: person
--
-- The one pass over all touchpoints: order by time, then the source's own sequence, then id;
-- sessions end after the inactivity time-out. A touchpoint with a unit belongs to that thread and
-- takes the thread's reason; a visit belongs to its session and has its own or an inherited one.
with numbered as (
    select
        *,
        row_number() over in_order as touchpoint_no,
        coalesce(
            started_at > max(coalesce(ended_at, started_at)) over (
                in_order rows between unbounded preceding and 1 preceding
            ) + $session_gap,
            true
        ) as starts_session
    from touchpoints_found
    window in_order as (partition by person_key order by started_at, seq, touchpoint_key)
),

sessions as (
    select
        *,
        last_value(case when starts_session then touchpoint_key end ignore nulls) over (
            partition by person_key
            order by touchpoint_no
            rows between unbounded preceding and current row
        ) as session_key
    from numbered
)

select
    s.touchpoint_key,
    s.person_key,
    s.touchpoint_no::integer as touchpoint_no,
    s.session_key,
    s.contact_key,
    coalesce(n.component, s.unit_key) as thread_key,
    s.started_at,
    s.ended_at,
    s.source,
    s.kind,
    s.channel,
    s.actor,
    s.step,
    s.queue,
    s.activity,
    coalesce(r.reason, 'unstated') as reason,
    coalesce(r.reason_family, 'unstated') as reason_family,
    coalesce(s.stage, r.stage) as stage,
    s.extends_journey
from sessions as s
left join thread_nodes as n on s.unit_key = n.node
left join threads as t on coalesce(n.component, s.unit_key) = t.thread_key
left join inherited_reasons as i on coalesce(n.component, s.unit_key) = i.anchor_key
left join reasons as r on coalesce(t.reason_raw, i.reason_raw, s.reason_raw) = r.reason_raw
