-- model: belief_results
-- grain: one row per belief that could be tested
-- key: belief
-- inputs: belief_claims, belief_counts, belief_journeys, pain_point_facts, pain_point_evidence, moment_kinds
-- per: all
-- solve: beliefs
--
-- The journeys of each belief in the shape of pain points' facts, so that both are estimated by the
-- same code (docs/beliefs.md). Reason and first queue are held fixed together, because a belief may
-- be about several reasons. Only scored journeys tell a difference. The facts of pain points stand
-- beside them, where any belief is about the score: they tell who answers.
with scored as (
    select
        j.*
    from belief_journeys as j
    inner join belief_counts as c on j.belief = c.belief
    where j.score is not null and not c.is_share and c.untested_because is null
)

select
    c.belief,
    'belief' as fact,
    0 as journey_key,
    c.belief as pain_point,
    0 as person_key,
    c.belief as reason,
    '' as entry_channel,
    '' as entry_queue,
    0 as month,
    cast(null as double) as score,
    cast(null as bigint) as at_ms,
    cast(null as bigint) as next_ms,
    cast(null as bigint) as handled_ms,
    '' as kind,
    '' as parent_kind,
    cast(null as bigint) as place,
    cast(null as bigint) as loss_ms,
    false as is_candidate,
    false as is_within_parent,
    cast(null as bigint) as repeat_ms,
    cast(null as bigint) as resolution_ms,
    cast(null as bigint) as as_of_ms,
    b.direction,
    b.threshold,
    c.is_share,
    c.journeys,
    c.journeys_hit,
    c.effective_journeys
from belief_counts as c
inner join belief_claims as b on c.belief = b.belief
where c.untested_because is null
union all
select
    belief, 'journey', journey_key, '', person_key, belief, entry_channel, concat_ws(' | ', reason, entry_queue),
    month, score, null, null, null, '', '', null, null, false, false, null, null, null, null, null, null, null, null, null
from scored
union all
select
    s.belief, 'hit', s.journey_key, s.belief, s.person_key, s.belief, null, null,
    null, null, null, null, null, cast(e.kind as varchar), cast(k.parent_kind as varchar), e.place, 0,
    s.is_hit and b.kind = cast(e.kind as varchar) and s.place = e.place, false,
    null, null, null, null, null, null, null, null, null
from scored as s
inner join belief_claims as b on s.belief = b.belief
inner join pain_point_evidence as e on s.journey_key = e.journey_key
inner join moment_kinds as k on e.kind = k.kind
union all
select
    '', f.fact, f.journey_key, f.pain_point, f.person_key, f.reason, f.entry_channel, f.entry_queue,
    f.month, f.score, f.at_ms, f.next_ms, f.handled_ms, f.kind, f.parent_kind, f.place, f.loss_ms,
    f.is_candidate, f.is_within_parent, f.repeat_ms, f.resolution_ms, f.as_of_ms, null, null, null, null, null, null
from pain_point_facts as f
where f.fact <> 'contact' and exists (select 1 from scored)
