-- What persons of a group have clearly more often than others: at most four each.
select
    concat_ws('/', group_kind, persona, reason) as key,
    group_kind,
    persona,
    reason as value,
    persons,
    persons_of,
    persons / persons_of as share,
    others_of,
    others / nullif(others_of, 0) as other_share,
    lift,
    lift_low,
    lift_high
from persona_goals
where q_value <= 0.05 and lift > 1 and persons >= $min_group and others >= $min_group
qualify row_number() over (partition by group_kind, persona order by lift_low desc, reason) <= 4
order by group_kind, persona, lift_low desc, key
