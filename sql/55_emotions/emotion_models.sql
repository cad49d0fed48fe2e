-- model: emotion_models
-- grain: one row per instrument that customers were scored on
-- key: instrument
-- inputs: emotion_trials
-- per: all
-- published: Whether a model tells the mood behind scores that nobody gave: its error against that of the mean, on persons it had not seen.
select
    instrument, -- what it stands in for
    scored, -- contacts with a score
    persons, -- persons who gave them
    error_of_mean, -- root mean squared error of the mean, on the scale -2 to +2; empty: not tried
    error_of_model, -- the same of the model
    gain, -- mean squared error that the model saves
    gain_error, -- standard error of the gain, by person
    is_offered, -- whether its estimates are in emotions
    why -- why it is, or is not
from emotion_trials
