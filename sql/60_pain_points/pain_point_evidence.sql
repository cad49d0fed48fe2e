-- model: pain_point_evidence
-- grain: one row per journey that a pain point rests on
-- key: pain_point, journey_key
-- inputs: pain_point_cells, pain_points
-- per: all
-- published: The journeys each pain point rests on.
select
    c.pain_point, -- the pain point (pain_points)
    c.journey_key, -- a journey it hit (journeys)
    c.person_key, -- whose journey it is (persons)
    c.first_at, -- when it first happened there, UTC
    c.moments::integer as moments, -- how often it happened there
    c.lost_ms -- time it cost there, milliseconds; empty: not measured
from pain_point_cells as c
inner join pain_points as p on c.pain_point = p.pain_point
