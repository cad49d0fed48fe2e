-- model: belief_journeys
-- grain: one row per belief and customer journey it is about
-- key: belief, journey_key
-- inputs: belief_claims, pain_point_facts, journeys, moments, pain_point_evidence
-- params: as_of, quiet_window
-- per: all
--
-- Which journeys a belief is about, and which of them met its moments: where, as pain points have it
-- (the first place of the kind where one of its moments happened). A young journey may still meet
-- them, so its share is not judged yet.
with claims as (
    -- The windows of families name the column reason_family: no other may have that name beside it.
    select
        belief,
        reason,
        reason_family as family,
        stage,
        channel,
        queue
    from belief_claims
),

hits as (
    select
        b.belief,
        m.journey_key,
        min(e.place) as place
    from belief_claims as b
    inner join moments as m
        on
            b.kind = cast(m.kind as varchar)
            and (b.variant is null or b.variant = m.variant)
            and (b.over_ms is null or b.over_ms < m.lost_ms)
    inner join pain_point_evidence as e
        on
            m.journey_key = e.journey_key
            and m.kind = e.kind
            and m.channel = e.channel
            and coalesce(m.queue, 'no queue') = e.queue
    group by b.belief, m.journey_key
)

select
    b.belief,
    f.journey_key,
    f.person_key,
    f.reason,
    f.entry_channel,
    f.entry_queue,
    f.month,
    f.score,
    h.place,
    h.journey_key is not null as is_hit,
    j.started_at + $quiet_window <= $as_of as is_judged
from claims as b
cross join pain_point_facts as f
inner join journeys as j on f.journey_key = j.journey_key
left join hits as h on b.belief = h.belief and f.journey_key = h.journey_key
where
    f.fact = 'journey'
    and (b.reason is null or b.reason = f.reason)
    and (b.family is null or b.family = cast(j.reason_family as varchar))
    and (b.stage is null or b.stage = cast(j.stage as varchar))
    and (b.channel is null or b.channel = f.entry_channel)
    and (b.queue is null or b.queue = f.entry_queue)
