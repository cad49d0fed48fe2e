-- model: pain_point_facts
-- grain: one row per customer journey, per journey a pain point hit, and per contact that counts
-- key: fact, journey_key, pain_point, contact_key
-- inputs: journeys, persons, journey_scores, ranking_basis, pain_point_evidence, pain_point_cells, moment_kinds, contacts
-- params: as_of, repeat_window, resolution_ms, contact_ms
-- per: all
--
-- What the solvers of pain points read, as one table of three kinds of rows. A hit of a pain point that
-- too few persons met is no candidate, but still what came before another. Times are milliseconds
-- since 1970; the window for a resolution is four times the threshold of a long one.
with entered as (
    select journey_key, arg_min(queue, contact_no) as entry_queue
    from (
        select
            journey_key,
            coalesce(cast(queue as varchar), 'no queue') as queue,
            row_number() over (partition by journey_key order by started_at, contact_key) as contact_no
        from contacts
        where excluded_rule is null
    ) as c
    group by journey_key
),

known as (
    select
        j.journey_key,
        j.person_key,
        j.reason,
        j.reason_family,
        j.entry_channel,
        coalesce(e.entry_queue, 'no queue') as entry_queue,
        extract(year from j.started_at) * 12 + extract(month from j.started_at) as month,
        s.score_thousandths / 1000.0 as score,
        case when j.journey_status <> 'open' then j.ended_at end as ended_at,
        b.lost_in = 'score' as is_score
    from journeys as j
    inner join persons as p on j.person_key = p.person_key
    cross join ranking_basis as b
    left join entered as e on j.journey_key = e.journey_key
    left join journey_scores as s on j.journey_key = s.journey_key and b.basis = s.instrument
    where j.is_customers and p.is_active
),

following as (
    select
        contact_key,
        journey_key,
        started_at,
        coalesce(talk_ms, 0) + coalesce(hold_ms, 0) + coalesce(wrap_ms, 0) as handled_ms,
        lead(started_at) over (
            partition by person_key, reason_family order by started_at, contact_key
        ) as next_at
    from contacts
    where excluded_rule is null and (message_role is null or message_role <> 'answer')
)

select
    'journey' as fact,
    journey_key,
    '' as pain_point,
    0 as contact_key,
    person_key,
    cast(reason as varchar) as reason,
    cast(entry_channel as varchar) as entry_channel,
    entry_queue,
    cast(month as integer) as month,
    score,
    cast(date_diff('microsecond', timestamp '1970-01-01 00:00:00', ended_at) / 1000 as bigint) as at_ms,
    null::bigint as next_ms,
    null::bigint as handled_ms,
    '' as kind,
    '' as parent_kind,
    null::bigint as place,
    null::bigint as loss_ms,
    false as is_candidate,
    false as is_within_parent,
    is_score,
    cast(date_diff('microsecond', $as_of - $repeat_window, $as_of) / 1000 as bigint) as repeat_ms,
    4 * cast($resolution_ms as bigint) as resolution_ms,
    cast(date_diff('microsecond', timestamp '1970-01-01 00:00:00', $as_of) / 1000 as bigint) as as_of_ms
from known
union all
select
    'hit',
    e.journey_key,
    e.pain_point,
    0,
    e.person_key,
    cast(e.reason as varchar),
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    cast(e.kind as varchar),
    cast(k.parent_kind as varchar),
    e.place,
    case c.loss_rule
        when 'contact' then coalesce(e.cost_ms, 0)
        when 'line' then coalesce(e.cost_ms, 0) + cast(e.later_contacts as bigint) * $contact_ms
        when 'clock' then coalesce(e.elapsed_ms, 0)
    end,
    c.pain_point is not null,
    coalesce(c.is_within_parent, false),
    null,
    null,
    null,
    null
from pain_point_evidence as e
inner join moment_kinds as k on e.kind = k.kind
left join pain_point_cells as c on e.pain_point = c.pain_point
union all
select
    'contact',
    f.journey_key,
    '',
    f.contact_key,
    j.person_key,
    cast(j.reason as varchar),
    null,
    null,
    null,
    null,
    cast(date_diff('microsecond', timestamp '1970-01-01 00:00:00', f.started_at) / 1000 as bigint),
    cast(date_diff('microsecond', timestamp '1970-01-01 00:00:00', f.next_at) / 1000 as bigint),
    cast(f.handled_ms as bigint),
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    null
from following as f
inner join journeys as j on f.journey_key = j.journey_key
