-- model: person_personas
-- grain: one row per person in customer denominators
-- key: person_key
-- inputs: persons, person_issues, persona_solution
-- per: all
-- published: Which persona each person has, or why none.
with issues as (
    select distinct person_key, issues from person_issues
),

found as (
    select person_key, persona from persona_solution where fact = 'person'
)

select
    p.person_key, -- whose it is (persons)
    case
        when i.person_key is null then 'no contact'
        when i.issues = 1 then 'one issue'
        else coalesce(f.persona, 'no persona')
    end as persona -- its persona (personas), or: no contact; one issue (no habit can be told from one); no persona (there are no stable ones in this data)
from persons as p
left join issues as i on p.person_key = i.person_key
left join found as f on p.person_key = f.person_key
where p.is_active
