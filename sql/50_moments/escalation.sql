-- into: moments
-- grain: one row per move to a higher tier or a supervisor, and per complaint after another contact
-- key: kind, anchor_key
-- inputs: legs, ticket_items, contacts, escalation_targets
-- params: repeat_window
-- per: person
--
-- [escalations] names the queues and the families of reasons; without it nothing is said. A move that
-- the source logs as a transfer is counted there: the child is never added. What it costs is not
-- measured; the contacts that follow are its knock-on.
with hops as (
    select
        leg_key,
        contact_key,
        started_at,
        queue,
        lag(queue) over (partition by contact_key order by leg_no) as queue_before
    from legs
    where queue is not null
),

moves as (
    select leg_key as anchor_key, contact_key, started_at as occurred_at, queue_before, queue
    from hops
    union all
    select item_key, contact_key, occurred_at, queue_before, queue
    from ticket_items
    where item = 'queue'
),

complaints as (
    select
        c.contact_key,
        lag(c.started_at) over (
            partition by c.person_key order by c.started_at, c.contact_key
        ) as prev_started_at,
        lag(f.target) over (
            partition by c.person_key order by c.started_at, c.contact_key
        ) as prev_complaint,
        f.target as complaint
    from contacts as c
    left join escalation_targets as f on f.target_kind = 'family' and c.reason_family = f.target
    where c.excluded_rule is null
)

select
    'escalation' as kind,
    'higher tier' as variant,
    m.anchor_key,
    c.person_key,
    c.journey_key,
    c.contact_key,
    m.occurred_at,
    null::bigint as lost_ms,
    false as is_elapsed,
    c.channel,
    m.queue_before as queue,
    'observed' as evidence_class
from moves as m
inner join escalation_targets as t on t.target_kind = 'queue' and m.queue = t.target
left join escalation_targets as s on s.target_kind = 'queue' and m.queue_before = s.target
inner join contacts as c on m.contact_key = c.contact_key
where m.queue_before is not null and s.target is null and c.excluded_rule is null
union all
select
    'escalation',
    'complaint',
    c.contact_key,
    c.person_key,
    c.journey_key,
    c.contact_key,
    c.started_at,
    null,
    false,
    c.channel,
    c.queue,
    'observed'
from complaints as p
inner join contacts as c on p.contact_key = c.contact_key
where
    p.complaint is not null
    and p.prev_complaint is null
    and c.started_at <= p.prev_started_at + $repeat_window
