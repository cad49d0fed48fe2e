-- model: measured_emotions
-- grain: one row per touchpoint and instrument it was scored on
-- key: touchpoint_key, instrument
-- inputs: survey_answers, answer_places
-- per: all
--
-- Scores on the scale -2 to +2 by their instrument's own anchors (METRICS.md section 6). NPS: 0 to 6
-- from -2 to -1, 7 and 8 neutral, 9 is +1, 10 is +2. CSAT and CES: the scale's ends are -2 and +2, its
-- middle 0. Scores are turned already so that more is better. Other questions measure no emotion.
with valued as (
    select
        p.touchpoint_key,
        concat(upper(cast(a.metric as varchar)), ' ', a.scale) as instrument,
        case
            when a.metric = 'nps' then
                case
                    when a.score_thousandths < 7000 then least(-1000, -2000 + a.score_thousandths / 6)
                    when a.score_thousandths < 9000 then 0
                    else a.score_thousandths - 8000
                end
            else
                -2000 + 4 * (a.score_thousandths - 1000 * a.scale_min)
                / nullif(a.scale_max - a.scale_min, 0)
        end as thousandths
    from survey_answers as a
    inner join answer_places as p on a.answer_key = p.answer_key
    where
        a.score_thousandths is not null
        and (a.metric in ('csat', 'ces') or (a.metric = 'nps' and a.scale = '0-10'))
)

select
    touchpoint_key,
    instrument,
    count(*)::integer as n,
    round(
        cast(sum(cast(round(thousandths) as bigint)) as double) / nullif(count(*), 0)
    )::bigint as value_thousandths
from valued
where thousandths is not null
group by touchpoint_key, instrument
