-- model: ticket_calls
-- grain: one row per ticket that is the same contact as a call
-- key: ticket_key
-- inputs: staged_tickets, call_spans, unit_persons, unit_links
-- params: same_interaction, clock_skew
-- per: person
--
-- One interaction in two systems: a ticket that names a call, or that is opened during a call or up
-- to 30 minutes after it by the same person's agent or under the number that the call names.
-- Counting both would double the contact; this is the commonest defect of such data. A call about
-- a ticket that was there before is a contact of its own. Of several calls the one that spans the
-- opening, else the nearest, is meant.
with tickets as (
    select
        t.ticket_key,
        t.created_at,
        t.opened_by,
        coalesce(n.person_key, t.ticket_key) as person_key
    from staged_tickets as t
    left join unit_persons as n on t.ticket_key = n.unit_key
),

candidates as (
    select
        l.a as ticket_key,
        l.b as call_key,
        true as is_certain
    from unit_links as l
    where l.same_issue
    union all
    select
        l.b,
        l.a,
        false
    from unit_links as l
    where l.same_issue
    union all
    select
        t.ticket_key,
        c.call_key,
        false
    from tickets as t
    inner join call_spans as c
        on
            t.person_key = c.person_key
            and t.created_at >= c.started_at - $clock_skew
            and t.created_at <= c.ended_at + $same_interaction
    where t.opened_by = 'agent' and c.is_answered
),

named as (
    select
        ticket_key,
        call_key,
        bool_or(is_certain) as is_certain
    from candidates
    group by ticket_key, call_key
),

judged as (
    select
        t.ticket_key,
        c.call_key,
        d.is_certain,
        row_number() over (
            partition by t.ticket_key
            order by
                case when t.created_at >= c.started_at - $clock_skew then 0 else 1 end,
                abs(date_diff('microsecond', c.started_at, t.created_at)),
                c.call_key
        ) as choice
    from named as d
    inner join tickets as t on d.ticket_key = t.ticket_key
    inner join call_spans as c on d.call_key = c.call_key
    where
        t.person_key = c.person_key
        and (
            d.is_certain
            or (
                t.created_at >= c.started_at - $clock_skew
                and t.created_at <= c.ended_at + $same_interaction
            )
        )
)

select
    ticket_key,
    call_key,
    is_certain
from judged
where choice = 1
