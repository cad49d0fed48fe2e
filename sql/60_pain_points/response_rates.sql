-- model: response_rates
-- grain: one row per instrument and queue, channel or outcome that it asked about, and one over all
-- key: instrument, dimension, value
-- inputs: survey_answers
-- params: min_group
-- per: all
-- published: Who answered surveys, of those asked. Groups below the smallest group shown are left out.
--
-- METRICS.md section 5: completed of delivered. A source that never shows an invitation without an
-- answer on an instrument does not tell who was asked: its answers are counted apart, without a rate.
with delivered as (
    select
        concat_ws(
            ' ',
            case metric when 'nps' then 'NPS' when 'csat' then 'CSAT' else 'CES' end,
            scale
        ) as instrument,
        cast(source as varchar) as source,
        response_key,
        person_key,
        survey_status = 'complete' and score_thousandths is not null as is_answered,
        coalesce(cast(queue as varchar), 'no queue') as queue,
        cast(channel as varchar) as channel,
        coalesce(contact_result, 'not known') as outcome
    from survey_answers
    where metric in ('nps', 'csat', 'ces') and scale <> '' and survey_status <> 'bounced'
),

told as (
    select
        *,
        bool_or(not is_answered) over (partition by source, instrument) as is_asked_known
    from delivered
),

by_dimension as (
    select instrument, 'all' as dimension, 'all' as value, response_key, person_key, is_answered, is_asked_known from told
    union all
    select instrument, 'queue', queue, response_key, person_key, is_answered, is_asked_known from told
    union all
    select instrument, 'channel', channel, response_key, person_key, is_answered, is_asked_known from told
    union all
    select instrument, 'outcome', outcome, response_key, person_key, is_answered, is_asked_known from told
),

counted as (
    select
        instrument,
        dimension,
        value,
        count(distinct person_key) as persons,
        count(distinct case when is_asked_known then response_key end) as asked,
        count(distinct case when is_asked_known and is_answered then response_key end) as answered,
        count(distinct case when not is_asked_known then response_key end) as answers_of_unknown
    from by_dimension
    group by instrument, dimension, value
    having count(distinct person_key) >= $min_group
),

rooted as (
    select *, sqrt(answered * (asked - answered) / nullif(asked, 0) + 0.960365) as wilson_root from counted
)

select
    instrument, -- what was asked, with its scale
    dimension, -- all, queue, channel, outcome of the contact asked about
    value, -- which one
    persons, -- persons asked
    nullif(asked, 0) as asked, -- surveys delivered, of sources that tell; empty: no source tells who was asked
    case when asked > 0 then answered end as answered, -- of these, completed
    answered / nullif(asked, 0) as rate, -- answered / asked
    case when asked > 0 then greatest(0.0, (answered + 1.92073 - 1.959964 * wilson_root) / nullif(asked + 3.84146, 0)) end
        as rate_low, -- its 95 % Wilson interval, lower end
    case when asked > 0 then least(1.0, (answered + 1.92073 + 1.959964 * wilson_root) / nullif(asked + 3.84146, 0)) end
        as rate_high, -- upper end
    answers_of_unknown -- answers of sources that do not tell who was asked; they are in no rate
from rooted
