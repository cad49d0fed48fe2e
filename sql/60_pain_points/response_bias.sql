-- model: response_bias
-- grain: one row per instrument
-- key: instrument
-- inputs: response_means, pain_points
-- params: min_group
-- per: all
-- published: What the silent may change: mean scores as observed and reweighted by the chance to answer, and how different the silent would have to be for a conclusion to flip.
with worst as (
    select
        basis,
        max(case when rank = 1 then pain_point end) as pain_point,
        max(case when rank = 1 then burden end) as burden,
        max(case when rank = 2 then burden end) as second_burden,
        max(case when rank = 1 then journeys_hit - hit_scored end) as silent_hit
    from pain_points
    where rank <= 2
    group by basis
)

select
    m.instrument, -- what was asked, with its scale
    m.journeys, -- customer journeys that it speaks of: of a reason, channel, queue, month and kinds of moments for which anyone answered
    m.journeys_beyond, -- customer journeys where nobody answered; no weight makes up for them
    m.answered_journeys, -- journeys that were scored
    m.answered_persons, -- by how many persons
    m.observed, -- mean score of those who answered
    m.observed_low, -- its 95 % interval, lower end
    m.observed_high, -- upper end
    m.reweighted, -- mean score, each answer weighted by one over its chance; empty: too few answers tell who answers
    m.reweighted_low, -- its 95 % interval, lower end
    m.reweighted_high, -- upper end
    m.effective_answers, -- equally weighted answers that tell as much
    m.weights_rest_on, -- what the chance to answer depends on: what is known of all journeys, or the score itself too
    m.odds_by_score, -- by what the odds to answer are multiplied where the score is higher by one standard deviation of its rank; empty: too few answers
    m.odds_low, -- its 95 % interval, lower end
    m.odds_high, -- upper end
    (m.observed_high - m.observed_low) / 2 * m.journeys
    / nullif(m.journeys - m.answered_journeys, 0) as tipping_mean, -- points by which the silent must differ from the answering, on average, for the mean of all to leave the observed interval
    w.pain_point as worst_pain_point, -- the worst pain point by this instrument (pain_points); empty: it does not rank them
    w.burden / nullif(w.silent_hit, 0) as tipping_loss, -- points by which the silent it hit must lose less than the answering for it to do no harm
    (w.burden - w.second_burden) / nullif(w.silent_hit, 0) as tipping_order -- points by which they must lose less for the second to take its place
from response_means as m
left join worst as w on m.instrument = w.basis
where m.answered_persons >= $min_group
