-- adapter: ga4
-- table: channel_events
-- grain: one row per event of the BigQuery export
-- unit: event_id
-- inputs: records
-- stream: records format=pages
-- times: epoch_us
-- optional: records."event_params", records."user_id", records."platform"
--
-- Rows of events_YYYYMMDD as JSON lines; event_timestamp counts microseconds in UTC, event_date is a day of
-- the property's zone and not used. Daily tables are rewritten for up to three days: export a window
-- of four days and declare mode = "window" with window_column = "event_timestamp". Parameters are a
-- list of keys and values of the account's own and stay JSON.
-- Events have no id, a hash of the row is one. A session is a visitor's ga_session_id. Without consent
-- user_pseudo_id is empty and the event belongs to nobody.
-- Pages of help and search are told by their paths: change the patterns to your site.
with events as (
    select
        r.record_key,
        r.row_id,
        r.event_timestamp,
        r.event_name,
        r.event_params,
        r.user_id,
        r.user_pseudo_id,
        lower(coalesce(r.platform, 'web')) as platform,
        list_extract(list_filter(
            json_extract(r.event_params, '$[*]')::json[],
            lambda x: json_extract_string(x, '$.key') = 'ga_session_id'
        ), 1) as session_param,
        list_extract(list_filter(
            json_extract(r.event_params, '$[*]')::json[],
            lambda x: json_extract_string(x, '$.key') = 'page_location'
        ), 1) as page_param
    from records as r
),

placed as (
    select
        e.*,
        coalesce(e.session_param ->> '$.value.int_value', e.session_param ->> '$.value.string_value')
            as session_no,
        regexp_extract(e.page_param ->> '$.value.string_value', '^https?://[^/]+([^?#]*)', 1) as url_path
    from events as e
)

select
    p.record_key,
    p.row_id as event_id,
    p.event_timestamp as occurred_at,
    case when p.platform in ('ios', 'android') then 'app' else 'web' end as channel,
    p.platform as channel_raw,
    case
        when p.event_name in ('view_search_results', 'search') then 'search'
        when p.event_name in ('page_view', 'screen_view') then
            case
                when regexp_matches(lower(p.url_path), '/(hilfe|help|faq|support)(/|$)') then 'help_view'
                when regexp_matches(lower(p.url_path), '/(suche|search)(/|$)') then 'search'
                else 'page_view'
            end
        when p.event_name in ('form_submit', 'generate_lead') then 'form_submit'
        when p.event_name = 'login' then 'login'
        when p.event_name in ('app_exception', 'exception') then 'error'
        else 'custom'
    end as event_type,
    p.event_name as event_name_raw,
    'in' as direction,
    'customer' as actor,
    case
        when p.user_pseudo_id is not null and p.session_no is not null
            then p.user_pseudo_id || '.' || p.session_no
    end as session_id,
    nullif(p.url_path, '') as url_path,
    -- What the library sends by itself is nothing a visitor did.
    p.event_name in ('session_start', 'first_visit', 'user_engagement', 'scroll') as is_automated,
    p.user_id as external_id,
    p.user_pseudo_id as anonymous_id,
    p.event_params as attributes
from placed as p
