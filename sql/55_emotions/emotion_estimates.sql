-- model: emotion_estimates
-- grain: one row per end of a contact and instrument that a model stands in for
-- key: touchpoint_key, instrument
-- inputs: emotion_facts, emotion_trials
-- per: all
-- solve: emotion_estimates
--
-- What the offered models estimate where their instrument was not asked. Without one nothing is read.
with offered as (
    select count(*) as models
    from emotion_trials
    where is_offered
)

select
    f.touchpoint_key,
    f.person_key,
    f.channel,
    f.reason,
    f.entry_channel,
    f.instrument,
    f.value_thousandths,
    t.is_offered,
    f.log_hours,
    f.contacts,
    f.waits,
    f.holds,
    f.transfers,
    f.abandonments,
    f.switches,
    f.repeats,
    f.escalations,
    f.handoffs,
    f.searches,
    f.silences,
    f.confirmations,
    f.closed_doors
from emotion_facts as f
cross join offered as o
left join emotion_trials as t on f.instrument = t.instrument
where o.models > 0
