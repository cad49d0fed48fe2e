-- model: response_means
-- grain: one row per instrument that any customer journey was scored on
-- key: instrument
-- inputs: pain_point_facts, journey_scores
-- per: all
-- solve: response_means
--
-- Every customer journey with what is known of it, scored or not, and the scores (docs/method.md).
select
    fact,
    journey_key,
    person_key,
    reason,
    entry_channel,
    entry_queue,
    month,
    kind,
    case when is_candidate then pain_point end as pain_point,
    '' as instrument,
    null::double as score
from pain_point_facts
where fact in ('journey', 'hit')
union all
select
    'score',
    journey_key,
    person_key,
    null,
    null,
    null,
    null,
    null,
    null,
    instrument,
    score_thousandths / 1000.0
from journey_scores
