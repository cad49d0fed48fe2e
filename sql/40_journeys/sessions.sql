-- model: sessions
-- grain: one row per session
-- key: session_key
-- inputs: touchpoints
-- per: person
-- published: Touchpoints of a person with no gap above the inactivity time-out.
select
    session_key, -- names the session: its first touchpoint
    min(person_key) as person_key, -- whose it is (persons)
    min(started_at) as started_at, -- first touchpoint, UTC
    max(coalesce(ended_at, started_at)) as ended_at, -- end of the last touchpoint, UTC
    count(*)::integer as touchpoints -- touchpoints in it
from touchpoints
group by session_key
