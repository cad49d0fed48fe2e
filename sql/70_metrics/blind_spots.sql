-- model: blind_spots
-- grain: one row per thing that no connected source could have shown
-- key: subject
-- inputs: coverage, calendar_places, escalation_targets, expectations, deadlines, reasons, journey_scores
-- per: all
-- published: What is not measured here, and why: blind, which is not zero.
with have as (
    select
        count(*) filter (where kind_of_record = 'calls') as calls,
        count(*) filter (where kind_of_record = 'ticket_history') as ticket_history,
        count(*) filter (where kind_of_record = 'tickets') as tickets,
        count(*) filter (where kind_of_record = 'messages') as messages,
        count(*) filter (where kind_of_record = 'surveys') as surveys,
        count(*) filter (where kind_of_record = 'channel_events') as channel_events,
        (select count(*) from calendar_places) as calendars,
        (select count(*) from escalation_targets) as escalations,
        (select count(*) from expectations) as expectations,
        (select count(*) from reasons) as reasons,
        (select count(*) from journey_scores) as scores
    from coverage
)

select
    'queue waits, holds, abandonment' as subject, -- what is blind
    'no source of calls is connected' as because -- why
from have
where calls = 0
union all
select 'transfers and reopens of tickets', 'no source of ticket history is connected'
from have
where tickets > 0 and ticket_history = 0
union all
select 'first replies, chasers and answers in tickets', 'no source of messages is connected'
from have
where tickets > 0 and messages = 0
union all
select 'attempts outside opening hours', 'no opening hours are declared in [calendars]'
from have
where calendars = 0
union all
select 'what people looked for before they got in touch', 'no source of channel events is connected'
from have
where channel_events = 0
union all
select 'escalations', 'no queue or family of complaints is declared in [escalations]'
from have
where escalations = 0
union all
select 'missing confirmations', 'no expectation is declared in [[expectations]]'
from have
where expectations = 0
union all
select
    case kind
        when 'silent_wait' then 'silences'
        when 'missing_aftercare' then 'solutions that nobody followed up'
        else 'some missing confirmations'
    end,
    'no connected source would have shown what we said or sent, on some days or at all'
from (select distinct kind from deadlines where outcome = 'blind') as b
union all
select 'confirmations within business time', 'no opening hours are declared for some of them'
from (select distinct kind from deadlines where outcome = 'unmeasured') as u
union all
select 'how people felt about it', 'no survey has a score; pain points are ranked by time lost'
from have
where scores = 0
union all
select 'what contacts were about', 'no source states a reason'
from have
where reasons = 0
