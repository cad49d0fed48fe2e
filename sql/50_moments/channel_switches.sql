-- model: channel_switches
-- grain: one row per contact on another channel than the one before it in its journey
-- key: contact_key
-- inputs: contact_order, legs, touchpoints
-- params: repeat_window, inherit_window
-- per: person
-- published: Changes of channel from one contact to the next of a journey: from where, to where, and why.
--
-- METRICS.md section 4. Directed: the contact before ended by being handed over, to nobody in it (a
-- third party's line is no channel of ours), or a bot handed over on another channel than the new one
-- and no human came in; both at most a day before. Forced: it was given up, came to a closed line, or
-- a bot or menu kept it and no human came in. What we asked for goes before what drove them away.
with switched as (
    select *
    from contact_order
    where
        prev_journey_key = journey_key
        and prev_channel <> channel
        and started_at <= prev_started_at + $repeat_window
),

last_legs as (
    select
        contact_key,
        arg_max(is_transferred and coalesce(transfer_kind, 'unknown') <> 'external', leg_no)
            as is_handed_over,
        arg_max(coalesce(ended_at, started_at), leg_no) as ended_at
    from legs
    group by contact_key
),

met as (
    select
        s.contact_key,
        max(case when t.kind = 'bot_handoff' and t.channel <> s.channel then t.started_at end)
            as handed_over_at,
        max(case when t.actor = 'agent' then t.started_at end) as human_at,
        bool_or(
            t.contact_key = s.prev_contact_key
            and (t.actor = 'bot' or t.channel = 'bot' or (t.kind = 'leg' and t.actor = 'system'))
        ) as is_automated
    from switched as s
    inner join touchpoints as t
        on
            s.journey_key = t.journey_key
            and s.prev_started_at <= t.started_at
            and s.started_at >= t.started_at
            and (t.contact_key is null or s.contact_key <> t.contact_key)
    group by s.contact_key
),

caused as (
    select
        s.*,
        case
            when
                m.handed_over_at + $inherit_window >= s.started_at
                and (m.human_at is null or m.human_at <= m.handed_over_at)
                then 'a bot handed over'
            when l.is_handed_over and l.ended_at + $inherit_window >= s.started_at
                then 'we handed over'
            when s.prev_is_abandoned then 'gave up'
            when s.prev_is_out_of_hours then 'closed door'
            when m.is_automated and m.human_at is null then 'met no human'
        end as cause
    from switched as s
    left join last_legs as l on s.prev_contact_key = l.contact_key
    left join met as m on s.contact_key = m.contact_key
)

select
    contact_key, -- the contact on the new channel (contacts)
    prev_contact_key, -- the contact before it (contacts)
    person_key, -- whose they are (persons)
    journey_key, -- in which journey (journeys)
    started_at as occurred_at, -- when the new contact began, UTC
    prev_channel as from_channel, -- channel of the contact before
    channel as to_channel, -- channel of the new contact
    queue, -- first queue or group the new contact met
    case
        when cause in ('a bot handed over', 'we handed over') then 'directed'
        when cause is not null then 'forced'
        else 'chosen'
    end as switch_kind, -- directed (we asked for it), forced (the first way did not work), chosen
    cause -- a bot handed over, we handed over; gave up, closed door, met no human; empty: chosen
from caused
