-- model: reply_waits
-- grain: one row per message of a customer in a ticket after the first reply
-- key: message_key
-- inputs: ticket_items, ticket_times
-- per: person
-- published: Waits for the next reply: each later message of a customer in a ticket, to the answer, also after a reopening.
--
-- METRICS.md section 3. The answer is the next public message of a human agent.
with replies as (
    select
        item_key,
        unit_key,
        person_key,
        occurred_at,
        item,
        item = 'message_out' and actor = 'agent' and is_public as is_reply,
        timeline_no
    from ticket_items
    where is_ticket and item in ('message_in', 'message_out')
),

answered as (
    select
        *,
        min(case when is_reply then occurred_at end) over (
            partition by unit_key order by timeline_no
            rows between 1 following and unbounded following
        ) as replied_at,
        coalesce(
            bool_or(is_reply) over (
                partition by unit_key order by timeline_no
                rows between unbounded preceding and 1 preceding
            ),
            false
        ) as is_later
    from replies
)

select
    a.item_key as message_key, -- names the message (touchpoints)
    t.person_key, -- who waits (persons)
    t.journey_key, -- in which journey (journeys)
    t.ticket_key, -- in which ticket (ticket_times)
    a.occurred_at as asked_at, -- when the customer wrote, UTC
    cast(date_diff('microsecond', a.occurred_at, a.replied_at) / 1000 as bigint) as reply_ms, -- to the answer, by the clock, milliseconds; empty: none yet
    t.excluded_rule -- why the ticket is in no denominator; empty: it counts
from answered as a
inner join ticket_times as t on a.unit_key = t.ticket_key
where a.item = 'message_in' and a.is_later
