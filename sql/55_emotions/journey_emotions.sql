-- model: journey_emotions
-- grain: one row per journey, kind and instrument of its emotions
-- key: journey_key, kind, instrument
-- inputs: emotions, touchpoints
-- per: all
-- published: Peak and end of journeys' moods, where anything is known: what is remembered of an experience.
with placed as (
    select
        e.journey_key,
        e.person_key,
        e.touchpoint_key,
        e.kind,
        e.instrument,
        e.value,
        row_number() over (
            partition by e.journey_key, e.kind, e.instrument order by e.value, t.touchpoint_no
        ) as from_lowest,
        row_number() over (
            partition by e.journey_key, e.kind, e.instrument order by e.value desc, t.touchpoint_no
        ) as from_highest,
        row_number() over (
            partition by e.journey_key, e.kind, e.instrument order by t.touchpoint_no desc
        ) as from_end
    from emotions as e
    inner join touchpoints as t on e.touchpoint_key = t.touchpoint_key
)

select
    journey_key, -- the journey (journeys)
    min(person_key) as person_key, -- whose it is (persons)
    kind, -- measured, expressed, inferred
    instrument, -- what measured it; instruments are never pooled
    count(*)::integer as touchpoints, -- touchpoints with a mood
    min(value) as lowest, -- the most negative mood, -2 to +2
    max(case when from_lowest = 1 then touchpoint_key end) as lowest_key, -- where first (touchpoints)
    max(value) as highest, -- the most positive mood
    max(case when from_highest = 1 then touchpoint_key end) as highest_key, -- where first (touchpoints)
    max(case when from_end = 1 then value end) as end_value -- the last mood known
from placed
group by journey_key, kind, instrument
