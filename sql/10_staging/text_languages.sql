-- model: text_languages
-- grain: one row per thing a customer wrote in a language that has a lexicon
-- key: text_key
-- inputs: text_words, language_words
-- per: person
--
-- What the source declares counts. Else a text is in the language that has two of its common words
-- or more, one of them its own alone, two fifths of the different words, and half as many again as
-- any other language has.
-- Mixed, short and foreign texts have none: no score rather than a wrong one.
with found as (
    select
        text_key,
        unnest(list_distinct(string_split(trim(left(words, 600)), '  '))) as word
    from text_words
    where declared is null
),

counted as (
    select
        f.text_key,
        w.language,
        w.has_lexicon,
        count(*) as hits,
        bool_or(w.is_own) as has_own
    from found as f
    inner join language_words as w on f.word = w.word
    group by f.text_key, w.language, w.has_lexicon
),

lengths as (
    select
        text_key,
        count(*) as words
    from found
    where not regexp_matches(word, '^([#|]|\p{So})*$')
    group by text_key
),

ranked as (
    select
        c.text_key,
        c.language,
        c.has_lexicon,
        c.hits,
        c.has_own,
        l.words,
        coalesce(lead(c.hits) over (
            partition by c.text_key order by c.hits desc, c.language
        ), 0) as next_hits,
        row_number() over (partition by c.text_key order by c.hits desc, c.language) as place
    from counted as c
    inner join lengths as l on c.text_key = l.text_key
)

select
    text_key,
    language
from ranked
where
    place = 1
    and has_lexicon
    and has_own
    and hits >= 2
    and 5 * hits >= 2 * words
    and 2 * hits >= 3 * next_hits
union all
select distinct
    t.text_key,
    w.language
from text_words as t
inner join language_words as w on t.declared = w.language
where w.has_lexicon
