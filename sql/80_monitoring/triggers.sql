-- model: triggers
-- grain: one row per rule, measure and subject that was judged
-- key: rule, measure, dimension, subject
-- inputs: trigger_results, contacts
-- params: timezone
-- per: all
-- published: Whether the map has to be looked at again: each update trigger that could be judged, on or not, with its evidence (docs/monitoring.md).
with touched as (
    select
        r.rule,
        r.measure,
        r.dimension,
        r.subject,
        count(distinct c.person_key) as persons
    from trigger_results as r
    inner join contacts as c
        on
            (r.channel is null or r.channel = cast(c.channel as varchar))
            and (r.reason is null or r.reason = cast(c.reason as varchar))
            and (r.queue is null or r.queue = coalesce(cast(c.queue as varchar), 'no queue'))
    where
        r.is_on and c.excluded_rule is null
        and cast((c.started_at at time zone 'UTC') at time zone $timezone as date) between r.first_day and r.last_day
    group by r.rule, r.measure, r.dimension, r.subject
)

select
    r.rule, -- map_age, new_channel, migration, volume, satisfaction, audience
    r.measure, -- what was measured: contacts, complaints, an instrument, days
    r.dimension, -- what the subject is
    r.subject, -- the place, group or pack
    r.channel, -- its channel; empty: any
    r.reason, -- its reason; empty: any
    r.queue, -- its queue; empty: any
    r.is_on, -- whether the trigger is on
    r.evidence, -- in words and numbers
    r.first_day, -- first day of the week that was judged
    r.last_day, -- its last day
    r.value, -- what was measured in that week
    r.expected, -- what the weeks before let expect
    r.low, -- 95 % prediction interval of what was expected, lower end; empty: no test
    r.high, -- upper end
    r.n, -- contacts, complaints or answers in that week
    r.n_before, -- in the eight weeks before
    r.p_value, -- chance of as much or more if nothing had changed; empty: a rule without a test
    r.q_value, -- false discovery rate at which it stands among all tests of the night (Benjamini and Hochberg)
    r.announced, -- the announcement that explains it, and keeps it off
    coalesce(t.persons, 0) as persons -- of a trigger that is on: persons with a contact there in that week
from trigger_results as r
left join touched as t
    on
        r.rule = t.rule and r.measure = t.measure
        and r.dimension = t.dimension and r.subject = t.subject
