-- into: deadlines_found
-- grain: one row per silence of ours that lasted, or lasts, longer than it may
-- key: kind, anchor_key, variant
-- inputs: ticket_homes, ticket_marks, contacts, touchpoints, place_thresholds
-- params: silent_wait_ms
-- per: person
--
-- In a ticket: the turn is ours, and we say nothing. A silence that the first reply ends is a wait
-- for the first reply, and counted there. Between contacts: someone we had dealt with comes back
-- about the same issue, and had not heard from us since.
with turns as (
    select
        ticket_key,
        mark_key,
        mark,
        turn,
        occurred_at,
        lead(occurred_at) over in_ticket as ended_at,
        lead(mark) over in_ticket as ended_by
    from ticket_marks
    where turn is distinct from turn_before and turn is not null
    window in_ticket as (partition by ticket_key order by mark_no)
),

words as (
    select
        t.journey_key,
        t.touchpoint_key as word_key,
        t.started_at as occurred_at,
        0 as seq,
        null::bigint as contact_key,
        null::timestamp as talk_ended_at
    from touchpoints as t
    left join contacts as c on t.contact_key = c.contact_key
    where
        t.actor <> 'customer'
        and (
            t.kind = 'message'
            or t.step in ('aftercare', 'resolve')
            or (t.kind = 'leg' and c.direction = 'outbound')
        )
    union all
    select
        journey_key,
        contact_key,
        started_at,
        1,
        contact_key,
        case when contact_kind in ('call', 'chat') and is_handled and not is_abandoned then ended_at end
    from contacts
    where excluded_rule is null and (message_role is null or message_role <> 'answer')
),

followed as (
    select
        journey_key,
        contact_key,
        occurred_at,
        lag(talk_ended_at) over (
            partition by journey_key order by occurred_at, seq, word_key
        ) as talk_ended_at
    from words
),

silences as (
    select
        h.person_key,
        h.journey_key,
        h.contact_key,
        t.mark_key as anchor_key,
        'we owed the next step' as variant,
        h.channel,
        h.queue,
        h.source,
        'reply' as absence,
        t.occurred_at as began_at,
        t.ended_at
    from turns as t
    inner join ticket_homes as h on t.ticket_key = h.ticket_key
    where t.turn = 'ours' and not (t.mark = 'opened' and t.ended_by is not distinct from 'reply')
    union all
    select
        c.person_key,
        c.journey_key,
        c.contact_key,
        c.contact_key,
        'between contacts',
        c.channel,
        c.queue,
        c.source,
        'our word',
        f.talk_ended_at,
        f.occurred_at
    from followed as f
    inner join contacts as c on f.contact_key = c.contact_key
    where f.talk_ended_at < f.occurred_at
),

limited as (
    select
        s.*,
        s.began_at
        + cast(coalesce(q.silent_wait_ms, c.silent_wait_ms, $silent_wait_ms) as double)
        * interval '1 millisecond' as due_at
    from silences as s
    left join place_thresholds as q on q.place_kind = 'queue' and s.queue = q.place
    left join place_thresholds as c on c.place_kind = 'channel' and s.channel = c.place
)

select
    'silent_wait' as kind,
    variant,
    anchor_key,
    person_key,
    journey_key,
    contact_key,
    channel,
    queue,
    source,
    began_at,
    due_at,
    ended_at,
    cast(date_diff('microsecond', began_at, ended_at) / 1000 as bigint) as lost_ms,
    true as is_measured,
    absence
from limited
where ended_at is null or ended_at > due_at
