-- into: deadlines_found
-- grain: one row per expectation that was not met in time
-- key: kind, anchor_key, variant
-- inputs: expectations_due, signals, unit_persons
-- per: person
--
-- Whatever answers it, and on whatever channel: the same person's first record with the expected
-- word, at the time it was raised or later.
with shown as (
    select
        s.signal_key,
        s.word,
        s.occurred_at,
        coalesce(n.person_key, s.unit_key) as person_key
    from signals as s
    left join unit_persons as n on s.unit_key = n.unit_key
),

met as (
    select
        d.signal_key,
        d.expectation,
        min(s.occurred_at) as ended_at
    from expectations_due as d
    inner join shown as s
        on
            d.person_key = s.person_key
            and d.expected_word = s.word
            and d.began_at <= s.occurred_at
            and d.signal_key <> s.signal_key
    group by d.signal_key, d.expectation
)

select
    'missing_confirmation' as kind,
    d.expectation as variant,
    d.signal_key as anchor_key,
    d.person_key,
    d.journey_key,
    d.contact_key,
    d.channel,
    d.queue,
    d.source,
    d.began_at,
    d.due_at,
    m.ended_at,
    cast(date_diff('microsecond', d.due_at, m.ended_at) / 1000 as bigint) as lost_ms,
    d.is_measured,
    concat('word ', d.expected_word) as absence
from expectations_due as d
left join met as m on d.signal_key = m.signal_key and d.expectation = m.expectation
where m.ended_at is null or d.due_at is null or m.ended_at > d.due_at
