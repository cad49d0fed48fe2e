-- One row of sizes. Anonymous visitors are counted apart.
select
    'all' as key,
    (select count(*) from persons where person_kind <> 'anonymous') as active_persons,
    (select count(*) from persons where person_kind = 'anonymous') as anonymous_persons,
    (select count(*) from known_journeys) as journeys,
    (select count(*) from journeys) - (select count(*) from known_journeys) as anonymous_journeys,
    (select count(*) from known_journeys where contacts > 0) as journeys_with_contact,
    (
        select count(distinct person_key) from known_journeys where contacts > 0
    ) as persons_with_contact,
    (
        select count(distinct t.journey_key)
        from touchpoints as t
        inner join known_journeys as j on t.journey_key = j.journey_key
        where t.kind = 'survey_answer' and j.contacts > 0
    ) as journeys_answered,
    (
        select count(distinct j.person_key)
        from touchpoints as t
        inner join known_journeys as j on t.journey_key = j.journey_key
        where t.kind = 'survey_answer' and j.contacts > 0
    ) as persons_answered,
    (select count(*) from counted_contacts) as contacts,
    (select count(*) from contacts where excluded_rule is not null) as contacts_excluded,
    (select count(*) from sessions) as sessions,
    (select count(*) from touchpoints) as touchpoints,
    (select count(*) from moments) as moments,
    (select count(distinct source) from coverage) as sources,
    (select coalesce(sum(row_count), 0)::bigint from coverage) as rows_covered,
    (select min(day) from coverage) as first_day,
    (select max(day) from coverage) as last_day,
    (select count(*) from pain_points where rank is not null) as ranked_points,
    (select count(*) from shared_keys) as shared_keys
