-- adapter: segment
-- table: channel_events
-- grain: one row per call of the tracking API
-- unit: event_id
-- inputs: records
-- stream: records format=pages
-- optional: records."event", records."name", records."properties", records."context"
-- optional: records."userId", records."anonymousId", records."receivedAt", records."traits"
-- optional: records."timestamp", records."originalTimestamp"
--
-- Raw calls as Segment archives them (RudderStack's look the same: not verified). "timestamp" is
-- already corrected for the clock of the device and is the one to order by; messageId names an
-- event, replays come days later under the same one.
-- Event names are the tracking plan's own. Known here: the names of Segment's specs for shops,
-- e-mail and B2B ("Products Searched", "Email Opened", "Signed In"), and words inside names. Which
-- pages are help and search pages is told by their paths: change the patterns to your site.
-- identify, group and alias say who somebody is; they are kept for that, marked as automated, so
-- that they are no touchpoints. Opens of mails by machines cannot be told apart here.
with calls as (
    select
        r.record_key,
        r."messageId" as message_id,
        lower(r.type) as call_type,
        coalesce(r.event, r.name) as event_name,
        lower(coalesce(r.event, '')) as event,
        coalesce(r.timestamp, r."originalTimestamp", r."receivedAt") as occurred_at,
        r."receivedAt" as received_at,
        coalesce(r.context ->> '$.page.path', r.properties ->> '$.path') as url_path,
        lower(coalesce(r.context ->> '$.library.name', '')) as library,
        (r.context ->> '$.sessionId') as session_id,
        r."userId" as user_id,
        r."anonymousId" as anonymous_id,
        coalesce(r.traits ->> '$.email', r.context ->> '$.traits.email') as email,
        r.properties
    from records as r
),

typed as (
    select
        c.*,
        case
            when c.call_type in ('page', 'screen') then
                case
                    when regexp_matches(lower(c.url_path), '/(hilfe|help|faq|support)(/|$)')
                        then 'help_view'
                    when regexp_matches(lower(c.url_path), '/(suche|search)(/|$)') then 'search'
                    else 'page_view'
                end
            when c.call_type <> 'track' then 'custom'
            when c.event like '%search%' then 'search'
            when c.event in ('signed in', 'logged in', 'login') then 'login'
            when c.event like '%form submitted%' then 'form_submit'
            when c.event like '%confirmation%' then 'confirmation'
            when c.event = 'email delivered' then 'email_delivered'
            when c.event = 'email opened' then 'email_open'
            when c.event like 'email link clicked%' then 'email_click'
            when c.event = 'email bounced' then 'email_bounce'
            when c.event like '%error%' or c.event = 'application crashed' then 'error'
            when c.event like 'help %' or c.event like '%article viewed' then 'help_view'
            else 'custom'
        end as event_type
    from calls as c
)

select
    t.record_key,
    t.message_id as event_id,
    t.occurred_at,
    t.received_at,
    case
        when t.event_type in (
            'confirmation', 'email_delivered', 'email_open', 'email_click', 'email_bounce'
        )
            then 'email'
        when t.call_type = 'screen' or t.library like '%ios%' or t.library like '%android%' then 'app'
        else 'web'
    end as channel,
    t.call_type as channel_raw,
    t.event_type,
    t.event_name as event_name_raw,
    case when t.event_type in ('confirmation', 'email_delivered', 'email_bounce') then 'out' else 'in' end
        as direction,
    case
        when t.event_type in ('confirmation', 'email_delivered', 'email_bounce') then 'system'
        else 'customer'
    end as actor,
    t.session_id,
    t.url_path,
    t.call_type in ('identify', 'group', 'alias') as is_automated,
    t.user_id as external_id,
    t.email,
    t.anonymous_id,
    t.properties as attributes
from typed as t
