-- model: monitored_days
-- grain: one row per measure, dimension, subject and day
-- key: measure, dimension, subject, day
-- inputs: monitored_contacts, survey_answers, contacts
-- params: as_of, timezone
-- per: all
-- published: What update triggers watch, day by day: contacts and complaints by place, scores by instrument. A day without a row has none.
--
-- Days are whole ones of the project's zone. Scores stay in thousandths, so that sums are exact.
with answers as (
    select
        cast((s.answered_at at time zone 'UTC') at time zone $timezone as date) as day,
        concat_ws(' ', upper(cast(s.metric as varchar)), s.scale) as instrument,
        cast(c.channel as varchar) as channel,
        s.score_thousandths
    from survey_answers as s
    left join contacts as c on s.contact_key = c.contact_key
    where
        cast(s.metric as varchar) in ('nps', 'csat', 'ces') and s.scale <> ''
        and s.answered_at is not null and s.score_thousandths is not null
),

parts as (
    select 'contacts' as measure, 'channel' as dimension, channel as subject, channel, cast(null as varchar) as reason, cast(null as varchar) as queue, day, contacts as n, 0 as total from monitored_contacts
    union all
    select 'contacts', 'channel and reason', concat(channel, ' | ', reason), channel, reason, null, day, contacts, 0 from monitored_contacts
    union all
    select 'contacts', 'channel and queue', concat(channel, ' | ', queue), channel, null, queue, day, contacts, 0 from monitored_contacts
    union all
    select 'complaints', 'channel', channel, channel, null, null, day, complaints, 0 from monitored_contacts
    union all
    select 'complaints', 'channel and reason', concat(channel, ' | ', reason), channel, reason, null, day, complaints, 0 from monitored_contacts
    union all
    select 'complaints', 'channel and queue', concat(channel, ' | ', queue), channel, null, queue, day, complaints, 0 from monitored_contacts
    union all
    select 'contacts', 'reason', reason, null, reason, null, day, contacts, 0 from monitored_contacts
    union all
    select 'contacts', 'persona', persona, null, null, null, day, contacts, 0 from monitored_contacts
    union all
    select 'contacts', 'queue', queue, null, null, queue, day, contacts, 0 from monitored_contacts
    union all
    select 'contacts', 'source', source, null, null, null, day, contacts, 0 from monitored_contacts
    union all
    select 'contacts', 'person', case when is_first then 'new' else 'known' end, null, null, null, day, contacts, 0 from monitored_contacts
    union all
    select instrument, 'all', 'all', null, null, null, day, 1, score_thousandths from answers
    union all
    select instrument, 'channel', channel, channel, null, null, day, 1, score_thousandths from answers
    where channel is not null
)

select
    measure, -- contacts, complaints, or the instrument of scores
    dimension, -- what the subject is: channel, channel and reason, channel and queue, reason, persona, queue, source, person (new or known), all
    subject, -- the place or group
    channel, -- its channel; empty: any
    reason, -- its reason; empty: any
    queue, -- its queue; empty: any
    day, -- day in the project's zone
    sum(n)::bigint as n, -- contacts, complaints or answers on it
    sum(total)::bigint as total -- of an instrument: its scores added up, in thousandths
from parts
where day < cast(($as_of at time zone 'UTC') at time zone $timezone as date)
group by measure, dimension, subject, channel, reason, queue, day
having sum(n) > 0
