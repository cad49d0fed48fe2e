-- Personas and segments that may be shown, and who is in none.
select
    concat_ws('/', p.group_kind, p.persona) as key,
    p.group_kind,
    p.persona,
    coalesce(n.name, p.label) as label,
    p.persons,
    share,
    share_low,
    share_high,
    stability,
    status
from personas as p
-- The name that lasts from night to night.
left join persona_names as n
    on
        p.group_kind = 'persona'
        and p.persona = n.persona
        and n.last_run = (select max(run_no) from runs)
where p.persons >= $min_group
order by p.group_kind, p.persons desc, p.persona
