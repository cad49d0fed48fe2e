-- model: pain_points
-- grain: one row per kind of moment at a stage, step, reason, channel and queue
-- key: pain_point
-- inputs: pain_point_cells, persons, journeys, pain_point_impacts
-- params: contact_ms, cost_per_contact, cost_per_minute
-- per: all
-- published: Kinds of moments at a place, ranked by whom they hit and what they cost them. Groups below the smallest group shown are left out.
--
-- METRICS.md section 6. Frequency is persons hit of active persons, with a 95 % Wilson interval.
-- Burden is journeys hit x impact, in score points lost; or, where no instrument has enough
-- answers, customer hours lost on the line, each contact that follows counted with a contact's
-- time. Hours on the line and days until a reply are never added up. Only a
-- measured loss is ranked: what cannot be measured, and what shows no loss, says so instead. A child
-- that mostly happens inside its parent is not ranked beside it, unless its own difference, the
-- parent held fixed, is clear.
with of_reason as (
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
        i.hit_scored,
        i.other_scored,
        i.difference, i.difference_low, i.difference_high,
        i.q_value,
        i.is_clear,
        i.impact, i.impact_low, i.impact_high,
        i.repeat_difference, i.repeat_low, i.repeat_high,
        i.hours_difference, i.hours_low, i.hours_high,
        i.knock_on_difference, i.knock_on_low, i.knock_on_high,
        i.handle_difference, i.handle_low, i.handle_high,
        i.rank_low, i.rank_high,
        i.top_3,
        i.tied_from,
        sqrt(c.persons_hit * (a.persons - c.persons_hit) / nullif(a.persons, 0) + 0.960365)
            as wilson_root,
        case c.loss_rule
            when 'score' then -i.impact * c.journeys_hit
            when 'contact' then c.cost_ms / 3600000.0
            when 'line'
                then (coalesce(c.cost_ms, 0) + c.knock_on_contacts * $contact_ms) / 3600000.0
            when 'clock' then c.elapsed_ms / 3600000.0
        end as loss
    from pain_point_cells as c
    cross join active as a
    inner join of_reason as r on c.reason = r.reason
    left join pain_point_impacts as i on c.pain_point = i.pain_point
),

judged as (
    select
        *,
        case
            when is_within_parent and not (loss_rule = 'score' and coalesce(is_clear, false))
                then 'counted within its parent kind'
            when loss is null and loss_rule = 'score' then 'too few scored journeys'
            when loss is null then 'its cost is not measured'
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
    rank_low::integer as rank_low, -- 95 % interval of the rank over 500 resamples of persons, best place
    rank_high::integer as rank_high, -- worst place
    top_3, -- share of resamples in which it is among the worst three
    tied_from::integer as tied_from, -- the first rank it cannot be told apart from; its own: it stands alone
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
    other_scored, -- scored journeys of the same reason without it
    difference, -- score difference with and without it; reason, entry channel, month and earlier moments by kind (of a part: its whole too) held fixed; negative is worse
    difference_low, -- its 95 % interval, lower end
    difference_high, -- upper end
    q_value, -- false discovery rate at which it counts as a difference (Benjamini and Hochberg)
    is_clear, -- a loss that stands at a false discovery rate of 5 %
    impact, -- the difference, shrunk toward its kind's mean by its own uncertainty
    impact_low, -- its 95 % interval, lower end
    impact_high, -- upper end
    repeat_difference, -- by how much more often another contact of the family follows in the repeat window, as a share; the same held fixed
    repeat_low, -- its 95 % interval, lower end
    repeat_high, -- upper end
    hours_difference, -- by how much longer it takes from there to the end of the journey, hours, at most four times the threshold of a long resolution; the same held fixed
    hours_low, -- its 95 % interval, lower end
    hours_high, -- upper end
    lost_ms, -- time it cost customers, milliseconds; empty: not measured
    elapsed_ms, -- the part of it that ran by the clock (a reply, an opening); the rest was spent on the line
    knock_on_difference, -- by how many more contacts follow in the journey, within four times the threshold of a long resolution; the same held fixed
    knock_on_low, -- its 95 % interval, lower end
    knock_on_high, -- upper end
    handle_difference, -- by how many more minutes agents spend on these: talk, hold, wrap-up
    handle_low, -- its 95 % interval, lower end
    handle_high, -- upper end
    knock_on_contacts::bigint as knock_on_contacts, -- contacts later in the journeys hit, answers to us left out; some would have come anyway
    knock_on_handle_ms, -- talk, hold and wrap-up of these, milliseconds
    case
        when $cost_per_contact + $cost_per_minute > 0
            then knock_on_contacts * $cost_per_contact + knock_on_handle_ms / 60000.0 * $cost_per_minute
    end as knock_on_cost, -- what these cost by the rates in [costs]; empty: no rates given
    case when not_ranked_because is null then loss end as burden, -- journeys hit x score points lost, or customer hours lost
    basis -- what the ranking rests on: an instrument with its scale, or which hours customers lost
from ranked
