-- model: contact_facts
-- grain: one row per contact
-- key: unit_key
-- inputs: contacts, contact_work, journeys, persons, moments
-- per: all
--
-- Each contact with the next and the one before it of the same person, of any reason, of the same
-- reason and of the same family. An answer to a question of ours is no initiative of the customer
-- and follows nobody; contacts of the same instant do not follow each other.
with happened as (
    select
        contact_key,
        count(*) filter (where kind = 'transfer') as transfers,
        count(*) filter (where kind = 'transfer' and variant in ('blind', 'queue', 'flow'))
            as cold_transfers,
        count(*) filter (where kind = 'transfer' and variant in ('attended', 'conference'))
            as consult_transfers,
        count(*) filter (where kind = 'transfer' and variant = 'external') as external_transfers,
        count(*) filter (where kind = 'ping_pong') as ping_pongs,
        count(*) filter (where kind = 'escalation') as escalations
    from (
        select
            contact_key,
            cast(kind as varchar) as kind,
            variant
        from moments
    ) as m
    group by contact_key
),

counted as (
    select
        c.contact_key as unit_key,
        c.person_key,
        c.journey_key,
        c.source,
        c.channel,
        c.queue,
        w.team,
        c.reason,
        c.reason_family,
        j.stage,
        c.contact_kind,
        c.started_at,
        c.ended_at,
        c.wait_ms,
        c.talk_ms,
        c.hold_ms,
        c.talk_ms + coalesce(c.hold_ms, 0) + coalesce(c.wrap_ms, 0) as handle_ms,
        c.is_handled,
        c.is_abandoned,
        c.message_role,
        c.excluded_rule,
        p.person_kind,
        w.segments,
        w.agents,
        w.first_human_ms,
        w.is_complaint,
        w.has_opening_hours,
        w.is_out_of_hours,
        w.next_opens_at,
        coalesce(h.transfers, 0) as transfers,
        coalesce(h.cold_transfers, 0) as cold_transfers,
        coalesce(h.consult_transfers, 0) as consult_transfers,
        coalesce(h.external_transfers, 0) as external_transfers,
        coalesce(h.ping_pongs, 0) as ping_pongs,
        coalesce(h.escalations, 0) as escalations,
        case
            when c.excluded_rule is null and c.message_role is distinct from 'answer'
                then c.started_at
        end as asks_at,
        c.started_at + to_milliseconds(w.first_human_ms) as human_at
    from contacts as c
    inner join contact_work as w on c.contact_key = w.contact_key
    inner join journeys as j on c.journey_key = j.journey_key
    inner join persons as p on c.person_key = p.person_key
    left join happened as h on c.contact_key = h.contact_key
)

select
    *,
    min(asks_at) over () as first_at,
    min(asks_at) over (
        partition by person_key order by started_at
        range between coalesce(next_opens_at - started_at, interval 0 second) following
        and unbounded following
    ) as returned_at,
    date_diff(
        'microsecond', started_at,
        min(human_at) over (
            partition by person_key order by started_at
            range between current row and unbounded following
        )
    ) // 1000 as first_human_after_ms,
    min(asks_at) over (
        partition by person_key order by started_at
        range between interval 1 microsecond following and unbounded following
    ) as next_any_at,
    min(asks_at) over (
        partition by person_key, reason order by started_at
        range between interval 1 microsecond following and unbounded following
    ) as next_same_reason_at,
    min(asks_at) over (
        partition by person_key, reason_family order by started_at
        range between interval 1 microsecond following and unbounded following
    ) as next_same_family_at,
    max(asks_at) over (
        partition by person_key order by started_at
        range between unbounded preceding and interval 1 microsecond preceding
    ) as prev_any_at,
    max(asks_at) over (
        partition by person_key, reason order by started_at
        range between unbounded preceding and interval 1 microsecond preceding
    ) as prev_same_reason_at,
    max(asks_at) over (
        partition by person_key, reason_family order by started_at
        range between unbounded preceding and interval 1 microsecond preceding
    ) as prev_same_family_at
from counted
