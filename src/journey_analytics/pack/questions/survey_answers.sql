-- Answers by instrument; scores of different instruments are never pooled.
select
    activity as key,
    activity as word,
    count(*) as size,
    count(distinct t.person_key) as persons
from touchpoints as t
inner join known_journeys as j on t.journey_key = j.journey_key
where t.kind = 'survey_answer'
group by activity
order by size desc, key
