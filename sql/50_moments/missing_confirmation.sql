-- into: moments
-- grain: one row per touchpoint that raised an expectation which was not met in time
-- key: kind, anchor_key
-- inputs: deadlines
-- per: person
--
-- What is expected after what, and within which time, is declared in [[expectations]]. Several that
-- one touchpoint raises and that stay open are one moment; its variant names them. Dated when the
-- first was due; what it costs is how late the last one came, and nothing is said of what never came.
select
    'missing_confirmation' as kind,
    string_agg(variant, ', ' order by variant) as variant,
    anchor_key,
    min(person_key) as person_key,
    min(journey_key) as journey_key,
    min(contact_key) as contact_key,
    min(due_at) as occurred_at,
    case when bool_and(lost_ms is not null) then max(lost_ms) end as lost_ms,
    true as is_elapsed,
    min(channel) as channel,
    min(queue) as queue,
    'derived' as evidence_class
from deadlines
where kind = 'missing_confirmation' and outcome = 'overdue'
group by anchor_key
