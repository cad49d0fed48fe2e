-- model: future_parts
-- grain: one row per constraint of the future state, and part of the journeys that may be shown
-- key: constraint_no, dimension, value
-- inputs: future_journeys
-- params: min_group
-- per: all
--
-- A part is left out where it, its failing or its other persons are fewer than the smallest group
-- shown; then the smallest of the others goes too, or it could be found by subtraction. So many
-- independent journeys would tell as much as those of persons, who have several (belief_counts).
with of_persons as (
    select
        constraint_no,
        dimension,
        value,
        person_key,
        count(*) as journeys,
        count(*) filter (where is_failing) as failing
    from (
        select constraint_no, 'all' as dimension, 'all' as value, person_key, is_failing from future_journeys
        union all
        select constraint_no, 'reason', reason, person_key, is_failing from future_journeys
        union all
        select constraint_no, 'channel', entry_channel, person_key, is_failing from future_journeys
        union all
        select constraint_no, 'queue', entry_queue, person_key, is_failing from future_journeys
    ) as d
    group by constraint_no, dimension, value, person_key
),

parts as (
    select
        constraint_no,
        dimension,
        value,
        sum(journeys)::bigint as journeys,
        sum(failing)::bigint as journeys_failing,
        count(*) as persons,
        count(*) filter (where failing > 0) as persons_failing,
        count(*) filter (where failing < journeys) as persons_meeting,
        sum(journeys * journeys)::bigint as squares,
        sum(journeys * failing)::bigint as products,
        sum(failing * failing)::bigint as failing_squares
    from of_persons
    group by constraint_no, dimension, value
),

judged as (
    select
        *,
        persons >= $min_group
        and (persons_failing = 0 or persons_failing >= $min_group)
        and (persons_meeting = 0 or persons_meeting >= $min_group) as is_safe,
        journeys_failing / nullif(journeys, 0) as share,
        case
            when journeys_failing in (0, journeys) then 1.0 * journeys * journeys / nullif(squares, 0)
            else journeys / nullif(greatest(
                1.0,
                (
                    failing_squares - 2.0 * products * journeys_failing / nullif(journeys, 0)
                    + 1.0 * squares * journeys_failing * journeys_failing / nullif(journeys * journeys, 0)
                ) * journeys / nullif(journeys_failing * (journeys - journeys_failing), 0)
            ), 0)
        end as told_by
    from parts
),

ordered as (
    select
        *,
        max(case when is_safe then 0 else 1 end) over (partition by constraint_no, dimension) as some_hidden,
        row_number() over (partition by constraint_no, dimension, is_safe order by persons, value) as place
    from judged
)

select
    constraint_no,
    dimension,
    value,
    journeys,
    journeys_failing,
    persons,
    persons_failing,
    share,
    told_by
from ordered
where is_safe and (some_hidden = 0 or place > 1)
