-- The path that most persons of a group share.
select
    concat_ws('/', group_kind, persona, place_no) as key,
    group_kind,
    persona,
    place_no,
    step,
    actor,
    channel,
    since_minutes,
    persons
from persona_paths
where persons >= $min_group
order by group_kind, persona, place_no
