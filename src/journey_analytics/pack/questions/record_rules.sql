-- By which rules records were ignored or set aside, all sources together.
select
    concat_ws('/', fate, rule) as key,
    fate,
    rule,
    sum(records)::bigint as records
from account
where fate <> 'used'
group by fate, rule
union all
select
    concat_ws('/', 'unreadable', rule),
    'unreadable',
    rule,
    sum(records)::bigint
from quarantine_summary
where stage = 'read'
group by rule
order by fate, records desc, rule
