-- model: pain_point_evidence
-- grain: one row per journey hit by a kind of moment at a stage, step, reason, channel and queue
-- key: pain_point, journey_key
-- inputs: moments, moment_kinds, journeys, contacts, contact_order, persons
-- params: contact_ms
-- per: person
-- published: The journeys each pain point rests on; also those of pain points that hit too few persons to be shown.
--
-- A pain point is a kind of moment at a place. However often a journey meets it there, the journey
-- is hit once; what it cost in time is added up. A kind that is a contact itself, and whose time is
-- not measured, costs a contact's time as declared in the settings. Anonymous visitors are in no
-- denominator, and so in no numerator. Its place in the journey is its contact's number and how long
-- after the contact's start it came, in one number that sorts: what came before a moment is told by
-- places, whatever days lie between two contacts.
with hit as (
    select
        m.kind,
        j.stage,
        k.step,
        j.reason,
        m.channel,
        coalesce(m.queue, 'no queue') as queue,
        m.journey_key,
        min(k.parent_kind) as parent_kind,
        min(m.person_key) as person_key,
        min(j.started_at) as journey_started_at,
        min(m.occurred_at) as first_at,
        count(*)::integer as moments,
        sum(m.lost_ms)::bigint as lost_ms,
        sum(m.lost_ms) filter (where m.is_elapsed)::bigint as elapsed_ms,
        sum(coalesce(m.lost_ms, case when k.is_contact then $contact_ms end))
            filter (where not m.is_elapsed)::bigint as cost_ms
    from moments as m
    inner join moment_kinds as k on m.kind = k.kind
    inner join journeys as j on m.journey_key = j.journey_key
    inner join persons as p on m.person_key = p.person_key
    where p.is_active
    group by
        m.kind, j.stage, k.step, j.reason, m.channel, coalesce(m.queue, 'no queue'), m.journey_key
),

in_order as (
    select journey_key, started_at as at, contact_key, 0 as is_hit, '' as kind, '' as channel, '' as queue
    from contact_order
    union all
    select journey_key, first_at, null, 1, cast(kind as varchar), cast(channel as varchar), cast(queue as varchar)
    from hit
),

counted as (
    select
        journey_key,
        kind,
        channel,
        queue,
        is_hit,
        count(contact_key) over so_far as contact_no,
        max(case when is_hit = 0 then at end) over so_far as contact_at
    from in_order
    window so_far as (
        partition by journey_key order by at, is_hit, contact_key, kind, channel, queue
        rows between unbounded preceding and current row
    )
),

later as (
    select
        h.kind,
        h.channel,
        h.queue,
        h.journey_key,
        count(*)::integer as contacts,
        sum(coalesce(c.talk_ms, 0) + coalesce(c.hold_ms, 0) + coalesce(c.wrap_ms, 0))::bigint as handle_ms
    from hit as h
    inner join contacts as c on h.journey_key = c.journey_key and h.first_at < c.started_at
    where c.excluded_rule is null and (c.message_role is null or c.message_role <> 'answer')
    group by h.kind, h.channel, h.queue, h.journey_key
),

of_parent as (
    select distinct
        kind,
        journey_key
    from moments
)

select
    concat_ws(' | ', h.kind, h.stage, h.step, h.reason, h.channel, h.queue) as pain_point, -- the pain point (pain_points)
    h.journey_key, -- a journey it hit (journeys)
    h.person_key, -- whose journey it is (persons)
    h.kind, -- kind of moment (moment_kinds)
    h.stage, -- where in the relationship
    h.step, -- what the customer is doing
    h.reason, -- contact reason of the journey
    h.channel, -- channel of the contact it happened at
    h.queue, -- where it happened
    h.first_at, -- when it first happened there, UTC
    h.moments, -- how often it happened there
    h.lost_ms, -- time it cost there, milliseconds; empty: not measured
    h.elapsed_ms, -- the part of it that ran by the clock (a reply, an opening); the rest was spent on the line
    h.cost_ms, -- the part on the line, a contact that is not measured counted with a contact's time
    o.contact_no * 8589934592 + least(
        cast(date_diff('microsecond', coalesce(o.contact_at, h.journey_started_at), h.first_at) / 1000 as bigint),
        8589934591
    ) as place, -- where in the journey: number of the contact x 2^33 + milliseconds since it began
    coalesce(l.contacts, 0) as later_contacts, -- contacts later in the journey, answers to us left out
    coalesce(l.handle_ms, 0) as later_handle_ms, -- talk, hold and wrap-up of these, milliseconds
    p.kind is not null as has_parent -- the journey has a moment of its parent kind too
from hit as h
inner join counted as o
    on
        o.is_hit = 1
        and h.kind = o.kind
        and h.channel = o.channel
        and h.queue = o.queue
        and h.journey_key = o.journey_key
left join later as l
    on
        h.kind = l.kind
        and h.channel = l.channel
        and h.queue = l.queue
        and h.journey_key = l.journey_key
left join of_parent as p on h.parent_kind = p.kind and h.journey_key = p.journey_key
