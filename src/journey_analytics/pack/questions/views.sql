-- Views of this session that several questions read. Nothing here leaves the pack's own session.
--
-- Anonymous visitors are in no customer denominator, so the map leaves their journeys out.
create or replace temp view known_journeys as
select j.*
from journeys as j
inner join persons as p on j.person_key = p.person_key
where p.person_kind <> 'anonymous';

create or replace temp view counted_contacts as
select c.*
from contacts as c
inner join known_journeys as j on c.journey_key = j.journey_key
where c.excluded_rule is null;

-- The moments each pain point is made of.
create or replace temp view point_moments as
select
    p.pain_point,
    p.rank,
    m.kind,
    m.variant,
    m.anchor_key,
    m.contact_key,
    m.journey_key,
    m.person_key,
    m.occurred_at,
    m.lost_ms
from pain_points as p
inner join pain_point_evidence as e on p.pain_point = e.pain_point
inner join moments as m
    on
        e.journey_key = m.journey_key
        and p.kind = m.kind
        and p.channel = m.channel
        and p.queue = coalesce(m.queue, 'no queue')
