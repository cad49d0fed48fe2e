-- model: staged_events
-- grain: one row per channel event
-- key: event_key
-- inputs: channel_events
-- params: as_of
-- per: person
-- stored: view
--
-- An event hangs on the ticket, conversation or call it names; else it is a visit: its session,
-- where the source has one, only says who the visitor is. Opens and prefetches by machines are no
-- touchpoints.
select
    row_key as event_key,
    coalesce(ticket_key, conversation_key, call_key) as about_key,
    coalesce(ticket_key, conversation_key, call_key, session_key, row_key) as unit_key,
    session_key,
    source,
    occurred_at,
    coalesce(event_seq, 0) as event_seq,
    channel,
    event_type,
    event_name_raw as activity,
    coalesce(actor, case when direction = 'out' then 'system' else 'customer' end) as actor,
    intent as reason_raw,
    case
        when url_path is not null
            then concat(regexp_replace(lower(url_path), '/*([?#].*)?$', ''), '/')
    end as page
from channel_events
where
    occurred_at <= $as_of
    and is_automated is not true
    and is_deleted is not true
