-- model: quotes
-- grain: one row per ranked pain point and text that could be quoted
-- key: pain_point, touchpoint_key
-- inputs: quote_texts
-- per: all
-- published: Texts that could be quoted, without the text: a person approves each one first.
--
-- The id changes with the redacted text, so that an approval holds for the text that was approved.
select
    pain_point, -- what it could be quoted for
    touchpoint_key, -- the survey answer or message
    journey_key, -- the journey it was said in
    person_key, -- who said it
    quote_id -- as in quotes_to_approve.csv and approved_quotes.csv.
from quote_texts
