-- Views of this session that several questions read. Nothing here leaves the pack's own session.
--
-- Anonymous visitors, and journeys in which only we called or wrote, are in no customer
-- denominator, so the map leaves them out.
create or replace temp view known_journeys as
select j.*
from journeys as j
inner join persons as p on j.person_key = p.person_key
where j.is_customers and p.is_active;

create or replace temp view counted_contacts as
select c.*
from contacts as c
inner join known_journeys as j on c.journey_key = j.journey_key
where c.excluded_rule is null;

-- Ranked pain points of groups that may be shown by the settings of now: the warehouse may have been
-- built when smaller groups were.
create or replace temp view shown_points as
select
    * replace (row_number() over (order by rank)::integer as rank),
    rank as published_rank
from pain_points
where rank is not null and persons_hit >= getvariable('min_group');

-- What a persona is called: by the name that lasts from night to night, else by its label.
create or replace temp view persona_words as
select
    p.persona,
    coalesce(n.name, p.label) as name
from personas as p
left join persona_names as n
    on p.persona = n.persona and n.last_run = (select max(run_no) from runs)
where p.group_kind = 'persona';

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
from shown_points as p
inner join pain_point_evidence as e on p.pain_point = e.pain_point
inner join moments as m
    on
        e.journey_key = m.journey_key
        and p.kind = m.kind
        and p.channel = m.channel
        and p.queue = coalesce(m.queue, 'no queue')
;

-- Who passes through each step, on which channel and doing what. A touchpoint lies in one step.
-- Besides, getting in touch is reach, a measured time in a queue is wait and a transfer is hand
-- over, even where the source folds all of them into one call.
create or replace temp view passing as
select
    t.step::varchar as step,
    t.journey_key,
    t.channel::varchar as channel,
    -- Changes of a ticket's status in between are the desk's own bookkeeping.
    case
        when t.kind = 'leg' and t.step = 'wait' then 'wait/queued/customer'
        when t.kind <> 'status_change' or t.step <> 'handle'
            then concat_ws('/', t.step, t.kind, t.actor)
    end as doing,
    1 as touchpoints
from touchpoints as t
union all
select 'reach', journey_key, channel, concat_ws('/', 'reach', 'contact', channel), 0
from counted_contacts
where contact_kind = 'call'
union all
select 'reach', journey_key, channel, 'reach/contact/other', 0
from counted_contacts
where contact_kind not in ('call', 'ticket', 'message')
union all
select 'wait', journey_key, channel, 'wait/queued/customer', 0
from counted_contacts
where wait_ms > 0
union all
select 'hand_over', journey_key, channel, 'hand_over/passed_on/agent', 0
from moments
where kind = 'transfer' and variant <> 'queue'
;

-- The value at a place of a sorted list; beyond its ends there is none.
create or replace temp macro at_rank(sorted, place) as
    case when place between 1 and len(sorted) then sorted[cast(place as bigint)] end;

-- Ends of a median's 95 % interval by ranks, which assumes nothing about the values
-- (Conover, Practical Nonparametric Statistics, 1999).
create or replace temp macro median_low(sorted) as
    at_rank(sorted, floor(len(sorted) / 2 - 0.98 * sqrt(len(sorted))));
create or replace temp macro median_high(sorted) as
    at_rank(sorted, ceil(len(sorted) / 2 + 1 + 0.98 * sqrt(len(sorted))))
