-- model: pain_point_hints
-- grain: one row per ranked pain point and trait that its contacts have more often
-- key: pain_point, trait, value
-- inputs: pain_point_lifts, pain_points
-- per: all
-- published: Hints of cause: which queue, reason, hour, weekday, team, page or step before is over-represented. Association, not proof.
--
-- Of everything compared only what stands at a false discovery rate of 5 %.
select
    l.pain_point, -- the pain point (pain_points)
    l.trait, -- queue, reason, hour and weekday (1 is Monday) by the calendar's zone, else the project's, team, page before, step before
    l.value, -- which one
    l.hits, -- contacts counted: with the pain point and this value; of queue and reason: with the kind there
    l.hits_of, -- of so many
    l.others, -- the same among the contacts compared with
    l.others_of, -- of so many
    l.lift, -- share among the first / share among the others
    l.lift_low, -- its 95 % interval, lower end
    l.lift_high, -- upper end
    l.q_value -- false discovery rate at which it counts as a difference
from pain_point_lifts as l
inner join pain_points as p on l.pain_point = p.pain_point
where p.rank is not null and l.lift > 1 and l.q_value <= 0.05
