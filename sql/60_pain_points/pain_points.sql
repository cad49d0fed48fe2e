-- model: pain_points
-- grain: one row per kind of moment at a stage, step, reason, channel and queue
-- key: pain_point
-- inputs: pain_point_evidence, moment_kinds, persons, journeys, pain_point_impacts, ranking_basis
-- params: min_group, contact_ms
-- per: all
-- published: Kinds of moments at a place, ranked by whom they hit and what they cost them. Groups below the smallest group shown are left out.
--
-- METRICS.md section 6. Frequency is persons hit of active persons, with a 95 % Wilson interval.
-- Burden is journeys hit x impact, in score points lost; or, where no instrument has enough
-- answers, customer hours lost on the line, each contact that follows counted with a contact's
-- time. Hours on the line and days until a reply are never added up. Only a
-- measured loss is ranked: what cannot be measured, and what shows no loss, says so instead. A child
-- that mostly happens inside its parent is not ranked beside it.
with cells as (
    select
        pain_point,
        min(kind) as kind,
        min(stage) as stage,
        min(step) as step,
        min(reason) as reason,
        min(channel) as channel,
        min(queue) as queue,
        sum(moments)::bigint as moments,
        count(*) as journeys_hit,
        count(distinct person_key) as persons_hit,
        sum(lost_ms)::bigint as lost_ms,
        sum(elapsed_ms)::bigint as elapsed_ms,
        sum(cost_ms)::bigint as cost_ms,
        sum(later_contacts)::bigint as knock_on_contacts,
        count(*) filter (where has_parent) as with_parent
    from pain_point_evidence
    group by pain_point
),

of_reason as (
    select reason, count(*) as journeys from journeys where is_customers group by reason
),

active as (
    select count(*) as persons from persons where is_active
),

measured as (
    select
        c.*,
        a.persons as active_persons,
        r.journeys as journeys_of_reason,
        k.parent_kind,
        2 * c.with_parent >= c.journeys_hit as is_within_parent,
        i.hit_scored,
        i.other_scored,
        i.difference,
        i.difference_low,
        i.difference_high,
        i.impact,
        b.basis,
        b.lost_in,
        sqrt(c.persons_hit * (a.persons - c.persons_hit) / nullif(a.persons, 0) + 0.960365)
            as wilson_root,
        case
            when b.lost_in = 'score' then -i.impact * c.journeys_hit
            when k.is_contact then c.cost_ms / 3600000.0
            when c.cost_ms is not null or (b.lost_in = 'line' and c.knock_on_contacts > 0)
                then (coalesce(c.cost_ms, 0) + c.knock_on_contacts * $contact_ms) / 3600000.0
            when b.lost_in = 'clock' then c.elapsed_ms / 3600000.0
        end as loss
    from cells as c
    cross join active as a
    cross join ranking_basis as b
    inner join moment_kinds as k on c.kind = k.kind
    inner join of_reason as r on c.reason = r.reason
    left join pain_point_impacts as i on c.pain_point = i.pain_point
    where c.persons_hit >= $min_group
),

judged as (
    select
        *,
        case
            when is_within_parent then 'counted within its parent kind'
            when loss is null and lost_in <> 'score' then 'its cost is not measured'
            when loss is null then 'too few scored journeys'
            when loss <= 0 then 'no loss measured'
        end as not_ranked_because
    from measured
),

ranked as (
    select
        *,
        row_number() over (
            partition by not_ranked_because order by loss desc, journeys_hit desc, pain_point
        ) as place
    from judged
)

select
    pain_point, -- names the pain point: kind, stage, step, reason, channel, queue
    case when not_ranked_because is null then place end::integer as rank, -- place by burden, 1 is worst
    not_ranked_because, -- why it has no rank: counted within its parent kind, too few scored journeys, its cost is not measured, no loss measured
    kind, -- kind of moment (moment_kinds)
    parent_kind, -- the kind it is a part of; empty: none
    stage, -- where in the relationship
    step, -- what the customer is doing
    reason, -- contact reason of the journey
    channel, -- channel of the contact it happened at
    queue, -- where it happened: queue or group, or what the source calls an error
    moments, -- how often it happened
    journeys_hit::bigint as journeys_hit, -- journeys it happened in
    persons_hit::bigint as persons_hit, -- persons it hit
    active_persons::bigint as active_persons, -- persons in the data, anonymous visitors left out
    journeys_of_reason::bigint as journeys_of_reason, -- journeys with this reason
    persons_hit / nullif(active_persons, 0) as frequency, -- persons hit / active persons
    greatest(
        0.0,
        (persons_hit + 1.92073 - 1.959964 * wilson_root) / nullif(active_persons + 3.84146, 0)
    ) as frequency_low, -- its 95 % Wilson interval, lower end
    least(
        1.0,
        (persons_hit + 1.92073 + 1.959964 * wilson_root) / nullif(active_persons + 3.84146, 0)
    ) as frequency_high, -- upper end
    hit_scored, -- scored journeys with it
    other_scored, -- scored journeys without it, same reason and entry channel
    difference, -- score difference with and without it, same reason and entry channel; negative is worse
    difference_low, -- its 95 % interval, lower end
    difference_high, -- upper end
    impact, -- the difference, shrunk toward its kind's mean by its own uncertainty
    lost_ms, -- time it cost customers, milliseconds; empty: not measured
    elapsed_ms, -- the part of it that ran by the clock (a reply, an opening); the rest was spent on the line
    knock_on_contacts::bigint as knock_on_contacts, -- contacts later in the journeys hit, answers to us left out
    case when not_ranked_because is null then loss end as burden, -- journeys hit x score points lost, or customer hours lost
    basis -- what the ranking rests on: an instrument with its scale, or which hours customers lost
from ranked
