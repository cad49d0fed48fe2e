-- model: beliefs
-- grain: one row per belief of beliefs.csv that could be read
-- key: belief
-- inputs: belief_claims, belief_counts, belief_results
-- per: all
-- published: What people in the room hold true, held against the data: supported, contradicted or not enough data.
--
-- docs/beliefs.md. Numbers are left out where they are of fewer persons than the smallest group shown,
-- or where those without the moment are as few.
select
    b.belief, -- id in beliefs.csv
    b.statement, -- what is believed, in its owner's words
    b.whose, -- who believes it
    b.moment, -- the moments it is about
    b.segment, -- the journeys it is about; empty: all
    b.direction as claimed, -- at least, at most (a share of journeys); worse, better, no difference (of the score)
    b.threshold, -- that share, or so many score points
    coalesce(r.verdict, 'not enough data') as verdict, -- supported, contradicted, not enough data
    case
        when r.verdict = 'not enough data' then 'the interval holds the threshold'
        when r.verdict is null then coalesce(c.untested_because, 'too few scored journeys, or they cannot be compared')
    end as because, -- why there is not enough data; empty: there is
    case when c.is_share then 'share of journeys' else c.basis end as effect_of, -- what the effect is: a share, or points of this instrument
    case when c.is_shown then r.effect end as effect, -- share of journeys, or adjusted score difference
    case when c.is_shown then r.effect_low end as effect_low, -- its 95 % interval, lower end
    case when c.is_shown then r.effect_high end as effect_high, -- upper end
    r.smallest, -- the smallest share or difference that this data would have shown, four times of five
    r.q_value, -- false discovery rate at which the verdict stands among all beliefs tested (Benjamini and Hochberg)
    case when c.is_shown then r.n_with end as n_with, -- journeys with the moment; of a difference: scored ones
    case when c.is_shown then r.n_without end as n_without, -- journeys without it
    case when c.is_shown then c.persons_with end as persons_with, -- persons whose journeys have it
    case when c.is_shown then c.persons_without end as persons_without -- persons whose journeys do not
from belief_claims as b
inner join belief_counts as c on b.belief = c.belief
left join belief_results as r on b.belief = r.belief
