-- model: event_places
-- grain: one row per name, type and page of events
-- key: activity, event_type, page
-- inputs: staged_events, mapped_words, event_pages
-- per: person
--
-- Stage and step of events. What the project declares goes before what the package assumes; an
-- event's name goes before its page, and that before its type. Empty: mapped nowhere.
with events as (
    select distinct
        activity,
        event_type,
        page
    from staged_events
)

select
    e.activity,
    e.event_type,
    e.page,
    coalesce(n.own_stage, p.own_stage, t.own_stage) as own_stage,
    coalesce(n.stage, p.stage, t.stage) as assumed_stage,
    coalesce(n.own_step, p.own_step, t.own_step, n.step, p.step, t.step) as mapped_step
from events as e
left join mapped_words as n on lower(e.activity) = n.word
left join event_pages as p on e.page = p.page
left join mapped_words as t on lower(cast(e.event_type as varchar)) = t.word
