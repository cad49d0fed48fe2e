-- model: text_scores
-- grain: one row per thing a customer wrote
-- key: text_key
-- inputs: text_words, text_languages, phrase_weights
-- params: phrase_pattern
-- per: person
--
-- The phrases of the lexicon in a text, and what they add up to within -2 and 2. A negator before a
-- phrase turns it around, weakened: "not bad" is less than good. From here on there is no text.
with marked as (
    select
        w.text_key,
        replace(w.words, '  ', concat('  ', l.language, ':')) as words
    from text_words as w
    inner join text_languages as l on w.text_key = l.text_key
),

found as (
    select
        text_key,
        unnest(regexp_extract_all(words, $phrase_pattern, 1)) as negator,
        unnest(regexp_extract_all(words, $phrase_pattern, 2)) as phrase
    from marked
),

summed as (
    select
        f.text_key,
        count(*) as phrases,
        sum(case when coalesce(f.negator, '') = '' then p.weight else -7 * p.weight // 10 end) as total
    from found as f
    inner join phrase_weights as p on f.phrase = p.phrase
    where p.weight <> 0
    group by f.text_key
)

select
    w.text_key,
    w.unit_key,
    l.language,
    coalesce(s.phrases, 0)::integer as phrases,
    case when s.total is not null then greatest(-2000, least(2000, s.total)) end::integer
        as value_thousandths
from text_words as w
left join text_languages as l on w.text_key = l.text_key
left join summed as s on w.text_key = s.text_key
