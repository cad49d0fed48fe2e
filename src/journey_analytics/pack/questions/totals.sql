-- One row of sizes. Anonymous visitors, and journeys in which only we acted, are counted apart.
select
    'all' as key,
    (select count(*) from persons where is_active) as active_persons,
    (select count(*) from persons where person_kind = 'anonymous') as anonymous_persons,
    (select count(*) from known_journeys) as journeys,
    (
        select count(*)
        from journeys as j
        inner join persons as p on j.person_key = p.person_key
        where p.person_kind = 'anonymous'
    ) as anonymous_journeys,
    (
        select count(*)
        from journeys as j
        inner join persons as p on j.person_key = p.person_key
        where p.person_kind <> 'anonymous' and not j.is_customers
    ) as passive_journeys,
    (
        select count(distinct j.person_key)
        from journeys as j
        inner join persons as p on j.person_key = p.person_key
        where p.person_kind <> 'anonymous' and not j.is_customers
    ) as passive_persons,
    (select count(*) from known_journeys where contacts > 0) as journeys_with_contact,
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
    (select count(*) from sessions) as sessions,
    (select count(*) from touchpoints) as touchpoints,
    (select count(*) from moments) as moments,
    (select count(distinct source) from coverage) as sources,
    (select min(day) from coverage) as first_day,
    (select max(day) from coverage) as last_day,
    (select count(*) from shared_keys) as shared_keys
