-- model: expressions
-- grain: one row per thing a customer wrote: message, ticket, survey comment
-- key: text_key
-- inputs: text_scores, unit_persons
-- per: person
-- published: What customers' own words say by the lexicon of their language. Numbers only: the words stay in the private state file.
--
-- A text in no language that has a lexicon, and one that holds no phrase of it, has no value: not 0.
select
    s.text_key, -- names the message, ticket or survey answer that was written
    coalesce(n.person_key, s.unit_key) as person_key, -- who wrote it (persons)
    s.language, -- language with a lexicon; empty: another, mixed, or too short to tell
    s.phrases, -- phrases of the lexicon that count in it
    s.value_thousandths -- what they add up to, thousandths on the scale -2 to +2; empty: nothing known
from text_scores as s
left join unit_persons as n on s.unit_key = n.unit_key
