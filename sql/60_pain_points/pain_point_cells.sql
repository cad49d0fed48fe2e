-- model: pain_point_cells
-- grain: one row per pain point that hit enough persons to be shown
-- key: pain_point
-- inputs: pain_point_evidence, moment_kinds, ranking_basis
-- params: min_group
-- per: all
--
-- What is counted of each pain point, and the rule its loss follows: score points; a contact's own
-- time; time on the line and of the contacts that follow; time by the clock. A rule holds for the
-- whole pain point, so that its loss is a sum over journeys. A child that mostly happens inside its
-- parent is counted there.
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
        sum(later_handle_ms)::bigint as knock_on_handle_ms,
        2 * count(*) filter (where has_parent) >= count(*) as is_within_parent
    from pain_point_evidence
    group by pain_point
)

select
    c.pain_point,
    c.kind,
    k.parent_kind,
    c.stage,
    c.step,
    c.reason,
    c.channel,
    c.queue,
    c.moments,
    c.journeys_hit,
    c.persons_hit,
    c.lost_ms,
    c.elapsed_ms,
    c.cost_ms,
    c.knock_on_contacts,
    c.knock_on_handle_ms,
    c.is_within_parent,
    b.basis,
    case
        when b.lost_in = 'score' then 'score'
        when k.is_contact then 'contact'
        when c.cost_ms is not null or (b.lost_in = 'line' and c.knock_on_contacts > 0) then 'line'
        when b.lost_in = 'clock' and c.elapsed_ms is not null then 'clock'
    end as loss_rule
from cells as c
inner join moment_kinds as k on c.kind = k.kind
cross join ranking_basis as b
where c.persons_hit >= $min_group
