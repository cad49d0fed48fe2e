-- model: emotion_trials
-- grain: one row per instrument that customers were scored on
-- key: instrument
-- inputs: emotion_facts
-- per: all
-- solve: emotion_trials
--
-- The models on trial, by cross-validation over persons.
select
    touchpoint_key,
    person_key,
    channel,
    reason,
    entry_channel,
    instrument,
    value_thousandths,
    log_hours,
    contacts,
    waits,
    holds,
    transfers,
    abandonments,
    switches,
    repeats,
    escalations,
    handoffs,
    searches,
    silences,
    confirmations,
    closed_doors
from emotion_facts
where instrument is not null
