-- model: ranking_basis
-- grain: the one basis that pain points are ranked by
-- key: basis
-- inputs: journey_scores, moments
-- params: min_scored
-- per: all
--
-- One basis per ranking: the instrument with the most scored journeys, if there are enough to tell
-- anything; else time customers lost on the line; where no line is measured, time by the clock. The
-- ranking says which.
with counted as (
    select
        instrument,
        count(*) as scored,
        row_number() over (order by count(*) desc, instrument) as place
    from journey_scores
    group by instrument
)

select
    coalesce(
        c.instrument,
        case
            when l.is_measured then 'customer hours lost'
            else 'customer hours lost by the clock'
        end
    ) as basis,
    case
        when c.instrument is not null then 'score'
        when l.is_measured then 'line'
        else 'clock'
    end as lost_in,
    coalesce(c.scored, 0)::bigint as scored_journeys
from (
    select coalesce(bool_or(lost_ms is not null and not is_elapsed), false) as is_measured
    from moments
) as l
left join counted as c on c.place = 1 and c.scored >= $min_scored
