-- adapter: rasa
-- table: channel_events
-- grain: one row per event of a tracker
-- unit: session_id
-- inputs: records
-- stream: records format=pages
-- times: epoch_s
-- optional: records."latest_event_time", records."latest_input_channel"
--
-- Trackers as the interface or a JSON tracker store has them: sender_id and events, times in seconds with
-- a fraction. The list is not in the order of time; what happens at the same time follows the list.
-- session_started begins a new visit. A tracker grows and comes again: latest_event_time tells which
-- one is newer. Slots, policies and action_listen are the bot's own work and marked as automated.
-- nlu_fallback is the intent of not having understood. The action that hands over to people is named
-- by the project: change 'action_human_handoff' to yours. sender_id is a phone number, an account or a
-- random id, depending on the channel: it is taken as an anonymous id.
with events as (
    select
        r.record_key,
        r.sender_id,
        r.latest_event_time,
        r.latest_input_channel,
        generate_subscripts(json_extract(r.events, '$[*]'), 1) as event_no,
        unnest(json_extract(r.events, '$[*]')) as event
    from records as r
),

worded as (
    select
        e.record_key,
        e.sender_id,
        e.latest_event_time,
        e.event_no,
        (e.event ->> '$.event') as kind,
        (e.event ->> '$.timestamp') as at,
        coalesce(e.event ->> '$.input_channel', e.latest_input_channel) as input_channel,
        (e.event ->> '$.name') as name,
        (e.event ->> '$.parse_data.intent.name') as intent,
        (e.event ->> '$.parse_data.intent.confidence') as confidence,
        count(*) filter (where (e.event ->> '$.event') = 'session_started') over (
            partition by e.record_key
            order by try_cast((e.event ->> '$.timestamp') as double), e.event_no
            rows between unbounded preceding and current row
        ) as session_no
    from events as e
)

select
    w.record_key,
    w.sender_id || '/' || w.event_no as event_id,
    w.at as occurred_at,
    w.event_no as event_seq,
    case
        when w.input_channel in ('twilio', 'sms') then 'sms'
        when w.input_channel in ('whatsapp', 'telegram') then 'message'
        when w.input_channel in ('facebook', 'instagram') then 'social'
        else 'bot'
    end as channel,
    w.input_channel as channel_raw,
    case
        when w.kind = 'user' and w.intent = 'nlu_fallback' then 'bot_fallback'
        when w.kind in ('user', 'bot') then 'bot_message'
        when w.kind = 'action' and w.name = 'action_human_handoff' then 'bot_handoff'
        when w.kind = 'action' and w.name = 'action_default_fallback' then 'bot_fallback'
        else 'custom'
    end as event_type,
    coalesce(w.name, w.kind) as event_name_raw,
    case when w.kind = 'user' then 'in' else 'out' end as direction,
    case when w.kind = 'user' then 'customer' else 'bot' end as actor,
    w.sender_id || '/' || w.session_no as session_id,
    w.intent,
    w.confidence as intent_confidence,
    not (
        w.kind in ('user', 'bot')
        or coalesce(w.name in ('action_human_handoff', 'action_default_fallback'), false)
    ) as is_automated,
    w.sender_id as anonymous_id,
    w.latest_event_time as updated_at
from worded as w
