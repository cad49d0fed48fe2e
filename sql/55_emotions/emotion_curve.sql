-- model: emotion_curve
-- grain: one row per stage, step, kind and instrument of emotions
-- key: stage, step, kind, instrument
-- inputs: emotion_cells
-- per: all
-- published: Mean mood of customers by stage and step, with interval. Kinds and instruments are never pooled; what fewer persons than the smallest group said is left out.
select
    stage, -- where the customer is in the relationship
    step, -- what the customer is doing
    kind, -- measured, expressed, inferred
    instrument, -- what measured it; of an inferred one: what it stands in for
    mean, -- mean mood of the touchpoints, -2 to +2
    mean_low, -- lower end of its 95 % interval, by person; empty: all alike. Of inferred moods it holds the spread of estimates, not the error of the model (emotion_models)
    mean_high, -- upper end
    touchpoints, -- touchpoints with a mood
    persons -- persons behind them
from emotion_cells
