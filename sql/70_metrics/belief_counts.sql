-- model: belief_counts
-- grain: one row per belief
-- key: belief
-- inputs: belief_claims, belief_journeys, ranking_basis, blind_kinds
-- params: min_group
-- per: all
--
-- How many journeys tell (old enough for a share, scored for a difference), and why none can. A share
-- of what some source could not show would be too low, so it is not tested. Journeys of one person
-- are not independent: so many independent ones would tell as much (design effect of persons as
-- clusters; where a share does not vary, a person's journeys count as alike: Kish).
with blind as (
    select b.belief, min(k.because) as because
    from belief_claims as b
    inner join blind_kinds as k on b.kind = k.kind and k.variant in ('', coalesce(b.variant, ''))
    group by b.belief
),

told as (
    select
        j.belief,
        j.person_key,
        j.is_hit
    from belief_journeys as j
    inner join belief_claims as b on j.belief = b.belief
    where case when b.direction in ('at least', 'at most') then j.is_judged else j.score is not null end
),

of_persons as (
    select
        belief,
        person_key,
        count(*) as journeys,
        count(*) filter (where is_hit) as hits
    from told
    group by belief, person_key
),

telling as (
    select
        belief,
        sum(journeys)::bigint as journeys,
        sum(hits)::bigint as journeys_hit,
        count(*) as persons,
        count(*) filter (where hits > 0) as persons_with,
        count(*) filter (where hits < journeys) as persons_without,
        sum(journeys * journeys)::bigint as squares,
        sum(hits * journeys)::bigint as products,
        sum(hits * hits)::bigint as hit_squares
    from of_persons
    group by belief
),

counted as (
    select
        b.belief,
        b.direction in ('at least', 'at most') as is_share,
        coalesce(t.journeys, 0) as journeys,
        coalesce(t.journeys_hit, 0) as journeys_hit,
        coalesce(t.persons, 0) as persons,
        coalesce(t.persons_with, 0) as persons_with,
        coalesce(t.persons_without, 0) as persons_without,
        t.squares,
        t.journeys_hit / nullif(t.journeys, 0) as share,
        t.hit_squares - 2.0 * t.products * t.journeys_hit / nullif(t.journeys, 0)
        + 1.0 * t.squares * t.journeys_hit * t.journeys_hit / nullif(t.journeys * t.journeys, 0) as spread,
        k.because
    from belief_claims as b
    left join telling as t on b.belief = t.belief
    left join blind as k on b.belief = k.belief
)

select
    c.belief,
    c.is_share,
    r.basis,
    c.journeys,
    c.journeys_hit,
    c.persons_with,
    c.persons_without,
    c.journeys / nullif(case
        when c.share > 0 and c.share < 1
            then greatest(1.0, c.spread / nullif(c.journeys * c.share * (1 - c.share), 0))
        else 1.0 * c.squares / nullif(c.journeys, 0)
    end, 0) as effective_journeys,
    c.persons >= $min_group
    and (c.is_share and c.persons_with = 0 or c.persons_with >= $min_group)
    and (c.is_share and c.persons_without = 0 or c.persons_without >= $min_group) as is_shown,
    case
        when c.because is not null and (c.is_share or c.journeys_hit = 0) then concat('blind: ', c.because)
        when not c.is_share and r.lost_in <> 'score' then 'no survey has enough answers'
        when c.persons < $min_group then 'too few persons'
        when not c.is_share and least(c.persons_with, c.persons_without) < $min_group
            then 'too few scored journeys with it, or without'
    end as untested_because
from counted as c
cross join ranking_basis as r
