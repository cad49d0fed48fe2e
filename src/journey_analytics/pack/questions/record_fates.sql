-- What became of every record: records = used + ignored by a named rule + quarantined + dropped by
-- an adapter, which is a fault of the adapter.
select
    source as key,
    source,
    sum(records)::bigint as records,
    coalesce(sum(records) filter (where fate = 'used'), 0)::bigint as used,
    coalesce(sum(records) filter (where fate = 'ignored'), 0)::bigint as ignored,
    coalesce(sum(records) filter (where fate = 'quarantined'), 0)::bigint as quarantined,
    coalesce(sum(records) filter (where fate = 'dropped'), 0)::bigint as dropped
from account
group by source
order by source
