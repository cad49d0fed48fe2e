-- model: journey_facts
-- grain: one row per journey
-- key: unit_key
-- inputs: journeys, persons, journey_agents, journey_business_times, touchpoints, moments, contacts, queue_stays, journey_scores, journey_origins
-- params: as_of, wait_ms
-- per: all
--
-- Active is the time in which someone works on it with the customer: touchpoints that last, waits
-- left out, overlaps counted once. A kind that is part of another one is not counted beside it: a
-- reopening by a contact that is a repeat itself is that repeat.
with spans as (
    select
        journey_key,
        touchpoint_no,
        step,
        started_at,
        ended_at,
        concat_ws(' ', cast(kind as varchar), cast(step as varchar), activity, cast(queue as varchar))
            as activity,
        max(ended_at) over (
            partition by journey_key, step = 'wait' order by touchpoint_no
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from touchpoints
),

lasting as (
    select
        journey_key,
        step = 'wait' as is_wait,
        greatest(
            0, date_diff('microsecond', greatest(started_at, covered_until), ended_at) // 1000
        ) as span_ms
    from spans
    where ended_at is not null
),

timed as (
    select
        journey_key,
        sum(span_ms) filter (where not is_wait)::bigint as active_ms
    from lasting
    group by journey_key
),

repeated as (
    select
        journey_key,
        count(*) - count(distinct activity) as rework
    from spans
    group by journey_key
),

kinds as (
    select
        m.journey_key,
        cast(m.kind as varchar) as kind,
        m.variant,
        r.anchor_key is not null as is_repeat
    from moments as m
    left join moments as r
        on m.contact_key = r.anchor_key and r.kind = 'repeat_contact'
),

happened as (
    select
        journey_key,
        count(*) filter (where kind = 'repeat_contact') as repeats,
        count(*) filter (where kind = 'channel_switch') as switches,
        count(*) filter (where kind = 'channel_switch' and variant = 'directed') as directed_switches,
        count(*) filter (where kind = 'channel_switch' and variant = 'forced') as forced_switches,
        count(*) filter (where kind = 'channel_switch' and variant = 'chosen') as chosen_switches,
        count(*) filter (where kind = 'transfer') as transfers,
        count(*) filter (where kind = 'out_of_hours_attempt') as out_of_hours,
        count(*) filter (where kind = 'reopen' and not is_repeat) as reopens
    from kinds
    group by journey_key
),

waited as (
    select
        journey_key,
        sum(wait_ms)::bigint as queue_wait_ms,
        sum(greatest(0, wait_ms - $wait_ms))::bigint as wait_over_ms
    from queue_stays
    where excluded_rule is null
    group by journey_key
),

scored as (
    select
        journey_key,
        max(score_thousandths) filter (where instrument = 'NPS 0-10') as nps_thousandths,
        max(score_thousandths) filter (where instrument = 'CSAT 1-5') as csat_thousandths,
        max(score_thousandths) filter (where instrument = 'CES 1-7') as ces_thousandths
    from journey_scores
    group by journey_key
),

ordered as (
    select
        journey_key,
        channel,
        lag(channel) over in_order as before,
        lag(channel, 2) over in_order as before_that
    from contacts
    where excluded_rule is null and message_role is distinct from 'answer'
    window in_order as (partition by journey_key order by started_at, contact_key)
),

bounced as (
    select
        journey_key,
        count(*) filter (where channel = before_that and channel <> before) as bounces
    from ordered
    group by journey_key
)

select
    j.journey_key as unit_key,
    j.person_key,
    j.journey_key,
    i.source,
    j.entry_channel as channel,
    i.queue,
    i.team,
    j.reason,
    j.reason_family,
    j.stage,
    j.started_at,
    j.journey_status,
    date_diff(
        'microsecond', j.started_at,
        case when j.status_rule = 'a ticket is open' then greatest($as_of, j.ended_at) else j.ended_at end
    ) // 1000 as lasted_ms,
    o.open_ms,
    coalesce(t.active_ms, 0) as active_ms,
    coalesce(w.queue_wait_ms, 0) as queue_wait_ms,
    j.touchpoints,
    j.contacts,
    j.channels,
    coalesce(a.agents, 0) as agents,
    coalesce(r.rework, 0) as rework,
    coalesce(h.repeats, 0) as repeats,
    coalesce(h.switches, 0) as switches,
    coalesce(h.directed_switches, 0) as directed_switches,
    coalesce(h.forced_switches, 0) as forced_switches,
    coalesce(h.chosen_switches, 0) as chosen_switches,
    coalesce(b.bounces, 0) as bounces,
    coalesce(h.transfers, 0) as transfers,
    coalesce(w.wait_over_ms, 0) as wait_over_ms,
    coalesce(h.out_of_hours, 0) as out_of_hours,
    coalesce(h.reopens, 0) as reopens,
    s.nps_thousandths,
    s.csat_thousandths,
    s.ces_thousandths,
    case
        when p.person_kind = 'anonymous' then 'anonymous visitor'
        when not j.is_customers then 'the customer did nothing in it'
    end as excluded_rule
from journeys as j
inner join persons as p on j.person_key = p.person_key
left join journey_origins as i on j.journey_key = i.journey_key
left join journey_agents as a on j.journey_key = a.journey_key
left join journey_business_times as o on j.journey_key = o.journey_key
left join timed as t on j.journey_key = t.journey_key
left join repeated as r on j.journey_key = r.journey_key
left join happened as h on j.journey_key = h.journey_key
left join waited as w on j.journey_key = w.journey_key
left join scored as s on j.journey_key = s.journey_key
left join bounced as b on j.journey_key = b.journey_key
