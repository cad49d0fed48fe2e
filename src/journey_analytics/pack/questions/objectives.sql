-- An objective for each of the worst pain points: the share of the journeys with its reason that it
-- hits, and a target. The target is what the best tenth of weeks already had, where that cannot be
-- chance: its interval (z = 3, because the best of many is looked at) ends below today's share. Else
-- it is half of today's, which spares half of the burden. Whole percents: nobody remembers others.
-- A week counts if its journeys have had a week more to be hit, and it holds at least 20 of them.
with wanted as (
    select pain_point, rank, kind, reason, journeys_hit, journeys_of_reason,
        journeys_hit / journeys_of_reason as share
    from shown_points
    where rank <= $top
),

ended as (select max(as_of) as as_of from runs),

weeks as (
    select
        w.rank,
        date_trunc('week', timezone($zone, timezone('UTC', j.started_at))) as week,
        count(*) as journeys,
        count(e.journey_key) as hits
    from wanted as w
    inner join journeys as j on w.reason = j.reason and j.is_customers
    left join pain_point_evidence as e
        on w.pain_point = e.pain_point and j.journey_key = e.journey_key
    group by all
    having count(*) >= 20 and max(j.started_at) + interval 7 days <= (select as_of from ended)
),

ordered as (
    select
        rank,
        journeys,
        hits / journeys as share,
        row_number() over (partition by rank order by hits / journeys, week) as place,
        count(*) over (partition by rank) as weeks
    from weeks
),

best as (
    select
        *,
        (share * journeys + 4.5 + 3 * sqrt(share * (1 - share) * journeys + 2.25)) / (journeys + 9) as surely_below
    from ordered
    where weeks >= 8 and place = ceil(weeks / 10)
)

select
    w.rank::varchar as key,
    w.rank,
    w.journeys_hit,
    w.journeys_of_reason,
    coalesce(b.surely_below < w.share, false) as is_reached,
    b.weeks,
    round(
        case when b.surely_below < w.share then b.share else w.share / 2 end,
        case when w.share < 0.05 then 3 else 2 end
    ) as target,
    floor(w.journeys_of_reason * (w.share - round(
        case when b.surely_below < w.share then b.share else w.share / 2 end,
        case when w.share < 0.05 then 3 else 2 end
    ))) as spared
from wanted as w
left join best as b on w.rank = b.rank
order by w.rank
