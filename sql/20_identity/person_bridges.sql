-- model: person_bridges
-- grain: one row per pair of keys or units that a single record joins, and nothing else
-- key: a, b
-- inputs: person_edges
-- per: person
-- solve: bridges
--
-- Where a person hangs by a thread: without that one record it would be two.
select
    a,
    b,
    links
from person_edges
