-- model: text_words
-- grain: one row per thing a customer wrote
-- key: text_key
-- inputs: texts
-- per: person
--
-- Texts as words in small letters, two spaces between them so that each has its own on both sides.
-- Numbers are #, ends of clauses |, apostrophes are gone, emoji are words. Tags, addresses, and what
-- a mail quotes are not the customer's words.
with own as (
    select
        text_key,
        unit_key,
        nullif(regexp_extract(lower(declared), '^([a-z]{2})([-_].*)?$', 1), '') as declared,
        regexp_replace(
            regexp_replace(lower(left(text, 4000)), '(?m)^[ \t]*>.*$', ' ', 'g'),
            '(?s)(-{4,} ?(original message|ursprüngliche nachricht)|\non [^\n]{5,160} wrote:).*$',
            ' '
        ) as text
    from texts
),

plain as (
    select
        text_key,
        unit_key,
        declared,
        replace(replace(
            regexp_replace(
                regexp_replace(text, '<[/!]?[a-z][^<>]{0,300}>', ' | ', 'g'),
                'https?://\S+|\S+@\S+|@\w+', ' ', 'g'
            ), ':)', ' 🙂 '
        ), ':(', ' 🙁 ') as text
    from own
),

marked as (
    select
        text_key,
        unit_key,
        declared,
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    regexp_replace(replace(text, '#', ' '), '[''’‘`\x{FE0F}]', '', 'g'), '\d+([.,:]\d+)*', '#', 'g'
                ),
                '[.!?;:,()"“”…|\r\n]+', ' | ', 'g'
            ),
            '(\p{So})', ' \1 ', 'g'
        ) as text
    from plain
)

select
    text_key,
    unit_key,
    declared,
    concat(
        '  ',
        replace(trim(regexp_replace(text, '[^\p{L}\p{M}\p{So}#|]+', ' ', 'g')), ' ', '  '),
        '  '
    ) as words
from marked
