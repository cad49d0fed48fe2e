-- into: moments
-- grain: one row per contact whose customer had looked for help themselves
-- key: kind, anchor_key
-- inputs: contacts, touchpoints
-- params: inherit_window
-- per: person
--
-- Self-service failed: a search or help page of the same journey, within a day before the contact and
-- with no other contact in between. What it costs is the whole contact that it did not spare.
with points as (
    select
        journey_key,
        touchpoint_key as point_key,
        started_at as occurred_at,
        false as is_contact
    from touchpoints
    where kind in ('search', 'help_view')
    union all
    select
        journey_key,
        contact_key,
        started_at,
        true
    from contacts
    where excluded_rule is null and (message_role is null or message_role <> 'answer')
),

followed as (
    select
        point_key,
        is_contact,
        occurred_at,
        max(case when not is_contact then occurred_at end) over before as searched_at,
        max(case when is_contact then occurred_at end) over before as prev_contact_at
    from points
    window before as (
        partition by journey_key
        order by occurred_at, is_contact, point_key
        rows between unbounded preceding and 1 preceding
    )
)

select
    'search_before_contact' as kind,
    null::varchar as variant,
    c.contact_key as anchor_key,
    c.person_key,
    c.journey_key,
    c.contact_key,
    c.started_at as occurred_at,
    case
        when coalesce(c.wait_ms, c.talk_ms, c.hold_ms) is not null
            then coalesce(c.wait_ms, 0) + coalesce(c.talk_ms, 0) + coalesce(c.hold_ms, 0)
    end as lost_ms,
    false as is_elapsed,
    c.channel,
    c.queue,
    'observed' as evidence_class
from followed as f
inner join contacts as c on f.point_key = c.contact_key
where
    f.is_contact
    and f.searched_at >= f.occurred_at - $inherit_window
    and (f.prev_contact_at is null or f.prev_contact_at < f.searched_at)
