-- model: inherited_reasons
-- grain: one row per page, form, confirmation or unanswered call that takes its reason from a contact
-- key: anchor_key
-- inputs: threads, contacts_found, thread_nodes, staged_events, unit_persons
-- params: inherit_window
-- per: person
--
-- Someone who searches or fills in a form and then calls within a day did so for what the call was
-- about; a confirmation is about the contact before it; a call
-- that nobody answered (given up in the queue, or to a closed line) has no wrap-up code and is about
-- what the next contact was about. Only a reason that a thread states itself is passed on: nothing
-- is inherited twice.
with anchors as (
    select
        e.event_key as anchor_key,
        coalesce(n.person_key, e.unit_key) as person_key,
        e.occurred_at,
        e.event_type in ('confirmation', 'email_sent', 'sms_sent') as looks_back
    from staged_events as e
    left join unit_persons as n on e.unit_key = n.unit_key
    where
        e.event_type in (
            'search', 'help_view', 'form_submit', 'confirmation', 'email_sent', 'sms_sent'
        )
        and e.about_key is null
        and e.reason_raw is null
    union all
    select
        thread_key,
        person_key,
        started_at,
        false
    from threads
    where is_unanswered and reason_raw is null
),

points as (
    select
        a.anchor_key as point_key,
        a.person_key,
        a.occurred_at,
        a.looks_back,
        true as takes,
        null as reason_raw,
        null::timestamp as given_at
    from anchors as a
    union all
    select
        c.contact_key,
        c.person_key,
        c.started_at,
        null,
        false,
        t.reason_raw,
        c.started_at
    from contacts_found as c
    left join thread_nodes as n on c.unit_key = n.node
    inner join threads as t on coalesce(n.component, c.unit_key) = t.thread_key
    where t.reason_raw is not null and c.excluded_rule is null
),

followed as (
    select
        point_key,
        takes,
        looks_back,
        occurred_at,
        last_value(reason_raw ignore nulls) over next_first as next_reason_raw,
        last_value(given_at ignore nulls) over next_first as next_at,
        last_value(reason_raw ignore nulls) over last_first as last_reason_raw,
        last_value(given_at ignore nulls) over last_first as last_at
    from points
    window
        next_first as (
            partition by person_key
            order by occurred_at desc, takes, point_key
            rows between unbounded preceding and current row
        ),
        last_first as (
            partition by person_key
            order by occurred_at, takes, point_key
            rows between unbounded preceding and current row
        )
)

select
    point_key as anchor_key,
    case when looks_back then last_reason_raw else next_reason_raw end as reason_raw,
    case when looks_back then 'inherited back' else 'inherited forward' end as link_basis
from followed
where
    takes
    and case
        when looks_back then last_at >= occurred_at - $inherit_window
        else next_at <= occurred_at + $inherit_window
    end
