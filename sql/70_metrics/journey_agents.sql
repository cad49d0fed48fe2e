-- model: journey_agents
-- grain: one row per journey that an agent worked on
-- key: journey_key
-- inputs: legs, contacts, staged_ticket_history, touchpoints
-- per: person
-- published: How many different agents worked on each journey: a count, never who.
--
-- Agents of different sources are different here: one person with two logins counts twice.
with met as (
    select
        c.journey_key,
        c.person_key,
        l.source,
        l.agent_key
    from legs as l
    inner join contacts as c on l.contact_key = c.contact_key
    where l.agent_key is not null
    union
    select
        t.journey_key,
        t.person_key,
        h.source,
        cast(h.new_value as bigint)
    from staged_ticket_history as h
    inner join touchpoints as t on h.ticket_key = t.touchpoint_key
    where h.field = 'agent' and h.new_value is not null
)

select
    journey_key, -- the journey (journeys)
    min(person_key) as person_key, -- whose it is (persons)
    count(*)::integer as agents -- different agents on its calls and tickets
from met
group by journey_key
