-- model: touchpoints
-- grain: one row per touchpoint
-- key: touchpoint_key
-- inputs: touchpoints_placed, journey_pieces
-- params: session_gap
-- per: person
-- published: The smallest ordered parts of journeys: legs, messages, pages, survey answers, status changes.
--
-- The one pass in order over all touchpoints: by time, then the source's own sequence, then id.
-- A session ends after the inactivity time-out; a touchpoint that lasts is active until its end.
with numbered as (
    select
        t.*,
        p.journey_key,
        p.piece_key = p.journey_key and t.is_in_thread as is_in_first_thread,
        row_number() over in_order as touchpoint_no,
        coalesce(
            t.started_at > max(coalesce(t.ended_at, t.started_at)) over (
                in_order rows between unbounded preceding and 1 preceding
            ) + $session_gap,
            true
        ) as starts_session
    from touchpoints_placed as t
    inner join journey_pieces as p
        on
            t.piece_base = p.piece_base
            and t.piece_day = p.piece_day
            and t.reason_family = p.reason_family
    window in_order as (partition by t.person_key order by t.started_at, t.seq, t.touchpoint_key)
)

select
    touchpoint_key, -- names the touchpoint
    person_key, -- whose it is (persons)
    touchpoint_no::integer as touchpoint_no, -- place in the person's order, from 1
    journey_key, -- the journey it belongs to (journeys)
    last_value(case when starts_session then touchpoint_key end ignore nulls) over (
        partition by person_key
        order by touchpoint_no
        rows between unbounded preceding and current row
    ) as session_key, -- the session it lies in (sessions)
    contact_key, -- the contact it is part of (contacts); empty for self-service
    started_at, -- when it began, UTC
    ended_at, -- when it ended, UTC; empty: a point in time, or not known
    source, -- the configured source that delivered it
    kind, -- leg, ticket_opened, message, status_change, handoff, survey_answer, or the event's type
    channel, -- channel, one vocabulary for all sources
    actor, -- who acted: customer, agent, bot, system
    step, -- what the customer is doing: search, reach, wait, handle, hand_over, resolve, aftercare
    stage, -- where the customer is in the relationship
    queue, -- queue or group it met
    activity, -- the source's own word for an event, or the survey's metric
    reason, -- contact reason, own, of its thread, or inherited; 'unstated' where there is none
    reason_family, -- family of the reason
    case
        when not is_in_first_thread then link_basis
        when is_same_interaction then 'same interaction'
        else 'reference'
    end as link_basis -- why it is in its journey: reference (its record names the journey's first unit, or is it), same interaction (same person and time), reason (same family within the quiet window), inherited forward or back (reason taken from the contact after or before it), window (no reason: time alone)
from numbered
