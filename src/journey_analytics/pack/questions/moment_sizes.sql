-- How often each kind of moment happened, and what it cost in time.
with known as (
    select m.*
    from moments as m
    inner join known_journeys as j on m.journey_key = j.journey_key
),

sorted as (
    select
        kind,
        variant,
        count(*) as moments,
        count(distinct journey_key) as journeys,
        count(distinct contact_key) as contacts,
        count(distinct person_key) as persons,
        count(lost_ms) as measured,
        list(lost_ms order by lost_ms) filter (where lost_ms is not null) as losses
    from known
    group by grouping sets ((kind), (kind, variant))
    having grouping(variant) = 1 or variant is not null
)

select
    concat_ws('/', kind, variant) as key,
    kind,
    variant,
    moments,
    journeys,
    contacts,
    persons,
    measured,
    list_median(losses) as median_ms,
    median_low(losses) as median_ms_low,
    median_high(losses) as median_ms_high
from sorted
order by kind, variant nulls first
