-- audit: nothing_lasts_less_than_nothing
-- inputs: moments
--
-- Time lost is never negative.
select
    kind,
    anchor_key,
    lost_ms
from moments
where lost_ms < 0
