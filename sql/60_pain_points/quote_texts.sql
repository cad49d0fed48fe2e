-- model: quote_texts
-- grain: one row per ranked pain point and text that could be quoted
-- key: pain_point, touchpoint_key
-- inputs: pain_points, pain_point_evidence, touchpoints, surveys, messages, record_names
-- params: quote_group, regions
-- per: all
-- solve: quotes
--
-- What customers wrote in journeys that a pain point hit: comments in surveys first, then messages.
-- One text of a person, none twice, and none of groups below the limit of quotes. Which ones is left
-- to chance (keys are hashes): picking the angriest would be an argument, not an example. ``known``
-- are the values that the same record holds elsewhere, one in a line; the solver takes them out.
with texts as (
    select
        row_key,
        'surveys' as target,
        response_key as unit_key,
        response_key as other_unit_key,
        comment as said,
        concat_ws(
            chr(10), customer_ref, external_id, email, phone, anonymous_id, response_id, ticket_id, call_id,
            conversation_id, agent_id
        ) as known
    from surveys
    where comment is not null
    union all
    select
        row_key,
        'messages',
        coalesce(ticket_key, conversation_key, row_key),
        coalesce(conversation_key, row_key),
        text,
        concat_ws(
            chr(10), customer_ref, external_id, email, phone, anonymous_id, message_id, ticket_id, call_id,
            conversation_id
        )
    from messages
    where text is not null and direction = 'in' and actor = 'customer'
),

candidates as (
    select
        p.pain_point,
        t.touchpoint_key,
        t.journey_key,
        t.person_key,
        x.target,
        x.unit_key,
        x.other_unit_key,
        x.said,
        x.known
    from pain_points as p
    inner join pain_point_evidence as e on p.pain_point = e.pain_point
    inner join touchpoints as t on e.journey_key = t.journey_key
    inner join texts as x on t.touchpoint_key = x.row_key
    where
        p.rank is not null
        and p.persons_hit >= $quote_group
        and length(x.said) between 20 and 400
    qualify
        row_number() over (
            partition by p.pain_point, t.person_key order by x.target desc, t.touchpoint_key
        ) = 1
),

distinct_texts as (
    select *
    from candidates
    qualify
        row_number() over (partition by pain_point, said order by target desc, touchpoint_key) = 1
),

chosen as (
    select *
    from distinct_texts
    qualify row_number() over (partition by pain_point order by target desc, touchpoint_key) <= 12
),

named as (
    select c.pain_point, c.touchpoint_key, string_agg(n.value, chr(10) order by n.value) as names
    from chosen as c
    inner join record_names as n
        on c.target = n.target and (c.unit_key = n.unit_key or c.other_unit_key = n.unit_key)
    group by c.pain_point, c.touchpoint_key
)

select
    c.pain_point,
    c.touchpoint_key,
    c.journey_key,
    c.person_key,
    c.said,
    concat_ws(chr(10), c.known, n.names) as known,
    $regions as regions
from chosen as c
left join named as n on c.pain_point = n.pain_point and c.touchpoint_key = n.touchpoint_key
