-- Cut lines of the priority matrix; none where they rest on pain points that may not be shown.
select
    'all' as key,
    any_value(c.impact_cut) as impact_cut,
    any_value(c.frequency_cut) as frequency_cut,
    any_value(c.impact_cut_from) as impact_cut_from,
    any_value(c.frequency_cut_from) as frequency_cut_from
from pain_point_priorities as c
left join shown_points as p on c.pain_point = p.pain_point
having bool_and(p.pain_point is not null)
