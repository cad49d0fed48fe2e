-- model: journeys
-- grain: one row per journey
-- key: journey_key
-- inputs: touchpoints, contacts, journey_pieces
-- params: as_of, quiet_window
-- per: person
-- published: One person's touchpoints about one issue, from first sign to resolution.
--
-- A journey is open while a ticket of it is, or while its quiet window has not run out at as_of;
-- then it is right-censored. It is given up when its last contact was abandoned and nothing came
-- after; else it counts as resolved.
with numbered as (
    select
        journey_key,
        channel,
        is_abandoned,
        row_number() over (partition by journey_key order by started_at, contact_key) as contact_no
    from contacts
    where excluded_rule is null
),

of_contacts as (
    select
        journey_key,
        count(*)::integer as contacts,
        arg_max(is_abandoned, contact_no) as ends_abandoned,
        arg_min(channel, contact_no) as entry_channel
    from numbered
    group by journey_key
),

of_pieces as (
    select
        journey_key,
        bool_or(is_open) as has_open_ticket,
        max(ended_at) as ended_at
    from journey_pieces
    group by journey_key
),

of_touchpoints as (
    select
        journey_key,
        min(person_key) as person_key,
        min(started_at) as started_at,
        max(started_at) as last_touchpoint_at,
        arg_min(channel, touchpoint_no) as first_channel,
        arg_min(reason, touchpoint_no) as reason,
        min(reason_family) as reason_family,
        arg_min(stage, touchpoint_no) as stage,
        count(*)::integer as touchpoints,
        bool_or(actor = 'customer') as is_customers
    from touchpoints
    group by journey_key
),

of_channels as (
    select
        journey_key,
        count(*)::integer as channels
    from (select distinct journey_key, channel from touchpoints) as d
    group by journey_key
)

select
    t.journey_key, -- names the journey
    t.person_key, -- whose it is (persons)
    t.reason, -- contact reason; 'unstated' where no source states one
    t.reason_family, -- family of the reason
    t.stage, -- where in the relationship it began
    coalesce(c.entry_channel, t.first_channel) as entry_channel, -- channel of the first contact, else of the first touchpoint
    t.started_at, -- first touchpoint, UTC
    t.last_touchpoint_at, -- last touchpoint, UTC
    p.ended_at, -- last sign of the issue, UTC
    t.touchpoints, -- touchpoints in it
    coalesce(c.contacts, 0) as contacts, -- contacts in it that count
    d.channels, -- different channels in it
    t.is_customers or coalesce(c.contacts, 0) > 0 as is_customers, -- the customer did something in it: not only we called or wrote
    case
        when p.has_open_ticket or p.ended_at + $quiet_window > $as_of then 'open'
        when c.ends_abandoned then 'given_up'
        else 'resolved'
    end as journey_status, -- open (censored), given_up by the customer, resolved
    case
        when p.has_open_ticket then 'a ticket is open'
        when p.ended_at + $quiet_window > $as_of then 'the quiet window has not run out'
        when c.ends_abandoned then 'the last contact was abandoned'
        else 'no sign of it in the quiet window'
    end as status_rule -- the rule that decided
from of_touchpoints as t
inner join of_pieces as p on t.journey_key = p.journey_key
inner join of_channels as d on t.journey_key = d.journey_key
left join of_contacts as c on t.journey_key = c.journey_key
