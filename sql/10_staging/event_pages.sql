-- model: event_pages
-- grain: one row per page of the events
-- key: page
-- inputs: staged_events, mapped_pages
-- per: person
--
-- Stage and step of pages: of all patterns that fit, the longest. What the project declares (own_)
-- and what the package assumes are kept apart, because the former goes before words as well.
with pages as (
    select distinct page from staged_events
    where page is not null
)

select
    p.page,
    arg_min(m.own_stage, m.rank) filter (where m.own_stage is not null) as own_stage,
    arg_min(m.own_step, m.rank) filter (where m.own_step is not null) as own_step,
    arg_min(m.stage, m.rank) filter (where m.stage is not null) as stage,
    arg_min(m.step, m.rank) filter (where m.step is not null) as step
from pages as p
inner join mapped_pages as m on p.page like m.pattern escape '\'
group by p.page
