-- model: source_transfers
-- grain: one row per source of calls
-- key: source
-- inputs: staged_calls
-- per: all
--
-- Whether a source tells transfers at all: where it does, its log decides what was passed on.
select
    source,
    bool_or(is_transferred) as tells_transfers
from staged_calls
group by source
