-- audit: children_are_within_parents
-- inputs: moments, moment_kinds
--
-- Kinds that read the same rows as their parent never happen without it: a return of a transfer is
-- a transfer.
select
    m.kind,
    m.anchor_key
from moments as m
inner join moment_kinds as k on m.kind = k.kind
left join moments as p on k.parent_kind = p.kind and m.anchor_key = p.anchor_key
where m.kind in ('ping_pong', 'retry_after_abandonment') and p.anchor_key is null
