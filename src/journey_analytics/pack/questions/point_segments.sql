-- Counter-evidence: like journeys without the pain point, and the part where its effect is weakest.
select
    concat_ws('/', p.rank, s.segment_kind, s.segment) as key,
    p.rank,
    s.segment_kind,
    case when s.segment_kind = 'persona' then coalesce(n.name, s.segment) else s.segment end as segment,
    s.hit_scored,
    s.difference,
    s.difference_low,
    s.difference_high,
    s.matched_hit,
    s.score_with,
    s.score_without
from pain_point_segments as s
inner join shown_points as p on s.pain_point = p.pain_point
left join persona_words as n on s.segment = n.persona
where p.rank <= $top and (s.is_weakest or s.segment_kind = 'all') and s.hit_scored >= $min_group
order by p.rank, s.segment_kind, s.segment
