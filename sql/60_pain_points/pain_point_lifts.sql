-- model: pain_point_lifts
-- grain: one row per pain point and trait of the contacts it happened at
-- key: pain_point, trait, value
-- inputs: pain_point_cells, pain_point_evidence, moments, pain_point_contacts, contact_traits
-- params: min_group
-- per: all
-- solve: lifts
--
-- A share among some contacts against a share among others, as counts. For hour, weekday, team, page
-- and step before: how many contacts with the pain point have the value, against those of the same
-- reason and channel without its kind. For queue and reason: how often its kind happens there, against
-- elsewhere (other queues of its reason and channel; other reasons of its channel and queue).
with kinds_met as (
    select distinct m.kind, n.contact_key, n.reason, n.channel, n.queue
    from moments as m
    inner join pain_point_contacts as n on m.contact_key = n.contact_key
),

met as (
    select distinct e.pain_point, n.contact_key, n.person_key, e.reason, n.channel
    from pain_point_evidence as e
    inner join pain_point_cells as p on e.pain_point = p.pain_point
    inner join moments as m
        on
            e.journey_key = m.journey_key
            and e.kind = m.kind
            and e.channel = m.channel
            and e.queue = coalesce(m.queue, 'no queue')
    inner join pain_point_contacts as n on m.contact_key = n.contact_key and e.channel = n.channel
),

by_value as (
    select n.reason, n.channel, t.trait, t.value, count(*) as contacts
    from pain_point_contacts as n
    inner join contact_traits as t on n.contact_key = t.contact_key
    group by n.reason, n.channel, t.trait, t.value
),

kinds_by_value as (
    select k.kind, k.reason, k.channel, t.trait, t.value, count(*) as contacts
    from kinds_met as k
    inner join contact_traits as t on k.contact_key = t.contact_key
    group by k.kind, k.reason, k.channel, t.trait, t.value
),

met_by_value as (
    select m.pain_point, t.trait, t.value, count(*) as contacts, count(distinct m.person_key) as persons
    from met as m
    inner join contact_traits as t on m.contact_key = t.contact_key
    group by m.pain_point, t.trait, t.value
),

places as (
    select n.reason, n.channel, n.queue, count(*) as contacts
    from pain_point_contacts as n
    group by n.reason, n.channel, n.queue
),

kinds_at as (
    select kind, reason, channel, queue, count(*) as contacts
    from kinds_met
    group by kind, reason, channel, queue
),

compared as (
    select c.pain_point, 'queue' as trait, c.queue as value, c.queue = p.queue as is_here, p.contacts, k.contacts as met
    from pain_point_cells as c
    inner join places as p on c.reason = p.reason and c.channel = p.channel
    left join kinds_at as k
        on c.kind = k.kind and p.reason = k.reason and p.channel = k.channel and p.queue = k.queue
    union all
    select c.pain_point, 'reason', c.reason, c.reason = p.reason, p.contacts, k.contacts
    from pain_point_cells as c
    inner join places as p on c.channel = p.channel and c.queue = p.queue
    left join kinds_at as k
        on c.kind = k.kind and p.reason = k.reason and p.channel = k.channel and p.queue = k.queue
)

select
    v.pain_point,
    v.trait,
    v.value,
    v.contacts as hits,
    a.contacts as hits_of,
    b.contacts - coalesce(k.contacts, 0) as others,
    t.contacts - coalesce(u.contacts, 0) as others_of
from met_by_value as v
inner join pain_point_cells as c on v.pain_point = c.pain_point
inner join by_value as b
    on c.reason = b.reason and c.channel = b.channel and v.trait = b.trait and v.value = b.value
left join kinds_by_value as k
    on
        c.kind = k.kind
        and c.reason = k.reason
        and c.channel = k.channel
        and v.trait = k.trait
        and v.value = k.value
inner join (select pain_point, count(*) as contacts from met group by pain_point) as a
    on v.pain_point = a.pain_point
inner join (select reason, channel, sum(contacts) as contacts from places group by reason, channel) as t
    on c.reason = t.reason and c.channel = t.channel
left join (
    select kind, reason, channel, sum(contacts) as contacts from kinds_at group by kind, reason, channel
) as u
    on c.kind = u.kind and c.reason = u.reason and c.channel = u.channel
where v.persons >= $min_group
union all
select
    pain_point,
    trait,
    cast(value as varchar),
    sum(met) filter (where is_here),
    sum(contacts) filter (where is_here),
    sum(met) filter (where not is_here),
    sum(contacts) filter (where not is_here)
from compared
group by pain_point, trait, value
