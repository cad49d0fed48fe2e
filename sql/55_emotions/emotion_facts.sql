-- model: emotion_facts
-- grain: one row per end of a contact and instrument it was scored on; one where it was not scored
-- key: touchpoint_key, instrument
-- inputs: emotion_ends, journeys, contacts, moments, measured_emotions
-- per: all
--
-- What had happened in the journey until then: contacts, time, and moments by kind. Parts of other
-- kinds are left out, they happen with their whole. The logarithm is rounded: engines differ in its
-- last digit.
with counted as (
    select
        e.touchpoint_key,
        count(*) as contacts
    from emotion_ends as e
    inner join contacts as c on e.journey_key = c.journey_key and c.started_at <= e.at
    where c.excluded_rule is null
    group by e.touchpoint_key
),

met as (
    select
        e.touchpoint_key,
        count(case when m.kind = 'wait' then 1 end) as waits,
        count(case when m.kind = 'hold' then 1 end) as holds,
        count(case when m.kind = 'transfer' then 1 end) as transfers,
        count(case when m.kind = 'abandonment' then 1 end) as abandonments,
        count(case when m.kind = 'channel_switch' then 1 end) as switches,
        count(case when m.kind = 'repeat_contact' then 1 end) as repeats,
        count(case when m.kind = 'escalation' then 1 end) as escalations,
        count(case when m.kind = 'bot_handoff' then 1 end) as handoffs,
        count(case when m.kind = 'search_before_contact' then 1 end) as searches,
        count(case when m.kind = 'silent_wait' then 1 end) as silences,
        count(case when m.kind = 'missing_confirmation' then 1 end) as confirmations,
        count(case when m.kind = 'out_of_hours_attempt' then 1 end) as closed_doors
    from emotion_ends as e
    inner join moments as m on e.journey_key = m.journey_key and m.occurred_at <= e.at
    group by e.touchpoint_key
)

select
    e.touchpoint_key,
    e.person_key,
    cast(e.channel as varchar) as channel,
    cast(e.reason as varchar) as reason,
    cast(j.entry_channel as varchar) as entry_channel,
    s.instrument,
    s.value_thousandths,
    round(1000000 * ln(1 + date_diff('microsecond', j.started_at, e.at) / 3.6e9)) / 1000000 as log_hours,
    cast(c.contacts as double) as contacts,
    coalesce(m.waits, 0) as waits,
    coalesce(m.holds, 0) as holds,
    coalesce(m.transfers, 0) as transfers,
    coalesce(m.abandonments, 0) as abandonments,
    coalesce(m.switches, 0) as switches,
    coalesce(m.repeats, 0) as repeats,
    coalesce(m.escalations, 0) as escalations,
    coalesce(m.handoffs, 0) as handoffs,
    coalesce(m.searches, 0) as searches,
    coalesce(m.silences, 0) as silences,
    coalesce(m.confirmations, 0) as confirmations,
    coalesce(m.closed_doors, 0) as closed_doors
from emotion_ends as e
inner join journeys as j on e.journey_key = j.journey_key
inner join counted as c on e.touchpoint_key = c.touchpoint_key
left join met as m on e.touchpoint_key = m.touchpoint_key
left join measured_emotions as s on e.touchpoint_key = s.touchpoint_key
