-- What those who did not answer may change.
select
    instrument as key,
    instrument,
    journeys,
    answered_journeys,
    observed,
    observed_low,
    observed_high,
    reweighted,
    reweighted_low,
    reweighted_high,
    tipping_mean,
    tipping_loss
from response_bias
order by instrument
