-- Texts that could be quoted for the worst pain points; a text is printed once it is approved.
select
    concat_ws('/', p.rank, q.quote_id) as key,
    p.rank,
    q.quote_id,
    q.touchpoint_key,
    timezone($zone, timezone('UTC', t.started_at))::date as said_on
from shown_points as p
inner join quotes as q on p.pain_point = q.pain_point
inner join touchpoints as t on q.touchpoint_key = t.touchpoint_key
inner join known_journeys as j on q.journey_key = j.journey_key
where p.rank <= $top
order by p.rank, q.quote_id
