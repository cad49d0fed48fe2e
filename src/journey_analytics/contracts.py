"""What the canonical tables promise: columns, types, keys and rules.

An adapter delivers text and plain numbers under these names; ``sources.casting``
compiles this page into the SQL that casts, checks and quarantines. Nothing here
knows a vendor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: Words allowed in columns of that name, in every source and every table. Alphabetical,
#: because a DuckDB ENUM sorts by position and Spark's text sorts by letter.
VOCABULARIES: dict[str, tuple[str, ...]] = {
    "channel": (
        "app", "bot", "chat", "email", "in_person", "letter", "message", "other",
        "sms", "social", "voice", "web", "web_form",
    ),
    "status": (
        "closed", "deleted", "merged", "new", "on_hold", "open", "pending_customer", "solved",
    ),
    "opened_by": ("agent", "customer", "system"),
    "closed_by": ("agent", "customer", "system"),
    "solved_basis": ("first", "last"),
    "actor": ("agent", "bot", "customer", "system"),
    "actor_type": ("agent", "bot", "customer", "system"),
    "leg_kind": (
        "agent", "bot", "callback", "consult", "external", "ivr", "monitor", "queue", "voicemail",
    ),
    "call_direction": ("inbound", "internal", "outbound"),
    "message_direction": ("in", "out"),
    "outcome": (
        "abandoned_hold", "abandoned_ivr", "abandoned_queue", "answered", "busy",
        "callback_requested", "exited_key", "failed", "no_answer", "not_offered", "timed_out",
        "transferred_out", "unknown", "voicemail",
    ),
    "transfer_kind": ("attended", "blind", "conference", "external", "flow", "queue"),
    "ended_by": ("agent", "customer", "network", "system", "third_party"),
    "metric": ("ces", "csat", "fcr", "importance", "nps", "other"),
    "survey_status": (
        "bounced", "complete", "expired", "partial", "preview", "sent", "spam", "test",
    ),
    "event_type": (
        "bot_fallback", "bot_handoff", "bot_message", "confirmation", "custom", "email_bounce",
        "email_click", "email_delivered", "email_open", "email_sent", "error", "form_submit",
        "help_view", "ivr_node", "login", "page_view", "search", "sms_delivered", "sms_sent",
    ),
}

Type = Literal[
    "text", "time", "duration", "integer", "number", "boolean", "word", "list",
    "id", "email", "phone", "reference", "json",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One canonical column.

    Attributes
    ----------
    name
        Column name; durations end in ``_ms``, times in ``_at``.
    type
        ``time`` is a TIMESTAMP that holds UTC; ``duration`` is BIGINT milliseconds;
        ``word`` is checked against a vocabulary; ``id``, ``email`` and ``phone`` are customer
        keys, normalised and private; ``reference`` names a row of another kind within the
        source and gets a ``*_key`` twin; ``list`` holds references separated by spaces or commas.
    required
        A row without it is quarantined.
    vocabulary
        Key of :data:`VOCABULARIES` for ``word``.
    kind
        For ``reference`` and ``list``: what is referred to (call, ticket, ...).
    private
        Free text and raw keys: kept as delivered, and never leaves the state file.
    """

    name: str
    type: Type = "text"
    required: bool = False
    vocabulary: str = ""
    kind: str = ""
    private: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One canonical table: its columns, key and the rules a row must keep.

    ``key`` are the columns that, with ``source``, name a row; ``row_kind`` is hashed with them
    into ``row_key``. ``rules`` are (name, SQL that is true for a bad row, remedy).
    """

    name: str
    key: tuple[str, ...]
    row_kind: str
    columns: tuple[Column, ...]
    rules: tuple[tuple[str, str, str], ...] = ()

    def column(self, name: str) -> Column | None:
        """Return the column of that name, or None."""
        return next((c for c in self.columns if c.name == name), None)


_CUSTOMER_KEYS = (
    Column("customer_ref", "id", private=True),
    Column("external_id", "id", private=True),
    Column("email", "email", private=True),
    Column("phone", "phone", private=True),
    Column("anonymous_id", "id", private=True),
)
_LIFE = (
    Column("attributes", "json", private=True),
    Column("updated_at", "time"),
    Column("is_deleted", "boolean"),
    Column("is_test", "boolean"),
)


def _word(name: str, vocabulary: str = "", required: bool = False) -> Column:
    return Column(name, "word", required, vocabulary or name)


TICKETS = Table(
    "tickets",
    ("ticket_id",),
    "ticket",
    (
        Column("ticket_id", "reference", required=True, kind="ticket"),
        Column("created_at", "time", required=True),
        Column("first_assigned_at", "time"),
        Column("first_reply_at", "time"),
        Column("solved_at", "time"),
        _word("solved_basis"),
        Column("closed_at", "time"),
        _word("closed_by"),
        _word("status", required=True),
        Column("status_raw"),
        _word("channel", required=True),
        Column("channel_raw"),
        _word("opened_by", required=True),
        Column("priority"),
        Column("type"),
        Column("queue"),
        Column("agent_id", private=True),
        Column("brand"),
        Column("contact_reason"),
        Column("contact_reason_2"),
        Column("reopens", "integer"),
        Column("reassignments", "integer"),
        Column("queue_changes", "integer"),
        Column("agent_replies", "integer"),
        Column("agent_wait_ms", "duration"),
        Column("requester_wait_ms", "duration"),
        Column("on_hold_ms", "duration"),
        Column("first_reply_ms", "duration"),
        Column("resolution_ms", "duration"),
        Column("agent_wait_business_ms", "duration"),
        Column("requester_wait_business_ms", "duration"),
        Column("on_hold_business_ms", "duration"),
        Column("first_reply_business_ms", "duration"),
        Column("resolution_business_ms", "duration"),
        Column("parent_ticket_id", "reference", kind="ticket"),
        Column("problem_id"),
        Column("followup_of", "reference", kind="ticket"),
        Column("merged_into", "reference", kind="ticket"),
        Column("call_ids", "list", kind="call"),
        *_CUSTOMER_KEYS,
        Column("subject", private=True),
        Column("body", private=True),
        *_LIFE,
    ),
    (
        (
            "end before start",
            "solved_at < created_at or closed_at < created_at",
            "correct the times at the source, or the time zone or format in the adapter",
        ),
    ),
)

_STATUSES = ", ".join(f"'{word}'" for word in VOCABULARIES["status"])
TICKET_HISTORY = Table(
    "ticket_history",
    ("event_id",),
    "ticket_event",
    (
        Column("event_id", required=True),
        Column("ticket_id", "reference", required=True, kind="ticket"),
        Column("occurred_at", "time", required=True),
        Column("event_seq", "integer"),
        _word("actor_type"),
        Column("actor_id", private=True),
        Column("field", required=True),
        Column("old_value"),
        Column("new_value"),
        Column("updated_at", "time"),
        Column("is_deleted", "boolean"),
    ),
    (
        (
            "not an allowed status",
            "field = 'status' and (new_value not in (" + _STATUSES + ") or "
            "old_value not in (" + _STATUSES + "))",
            "map the source's words to one of: " + ", ".join(VOCABULARIES["status"]),
        ),
    ),
)

MESSAGES = Table(
    "messages",
    ("message_id",),
    "message",
    (
        Column("message_id", required=True),
        Column("occurred_at", "time", required=True),
        Column("conversation_id", "reference", kind="conversation"),
        Column("ticket_id", "reference", kind="ticket"),
        Column("call_id", "reference", kind="call"),
        _word("channel", required=True),
        Column("channel_raw"),
        _word("direction", "message_direction", required=True),
        _word("actor", required=True),
        Column("actor_id", private=True),
        Column("is_public", "boolean"),
        Column("text", private=True),
        Column("language"),
        Column("contact_reason"),
        *_CUSTOMER_KEYS,
        *_LIFE,
    ),
)

CALLS = Table(
    "calls",
    ("leg_id",),
    "leg",
    (
        Column("leg_id", required=True),
        Column("call_id", "reference", required=True, kind="call"),
        Column("leg_seq", "integer"),
        Column("prev_leg_id"),
        _word("leg_kind", required=True),
        _word("direction", "call_direction", required=True),
        _word("channel", required=True),
        Column("channel_raw"),
        Column("started_at", "time", required=True),
        Column("ended_at", "time"),
        Column("queue"),
        Column("enqueued_at", "time"),
        Column("dequeued_at", "time"),
        Column("queue_wait_ms", "duration"),
        Column("ring_ms", "duration"),
        Column("talk_ms", "duration"),
        Column("hold_ms", "duration"),
        Column("holds", "integer"),
        Column("max_hold_ms", "duration"),
        Column("wrap_ms", "duration"),
        Column("ivr_ms", "duration"),
        Column("agent_id", private=True),
        Column("agent_answered", "boolean"),
        _word("outcome", required=True),
        _word("transfer_kind"),
        Column("transferred_to"),
        Column("transferred_at", "time"),
        _word("ended_by"),
        Column("disposition"),
        Column("contact_reason"),
        Column("ticket_id", "reference", kind="ticket"),
        Column("called_number"),
        *_CUSTOMER_KEYS,
        *_LIFE,
    ),
    (
        (
            "end before start",
            "ended_at < started_at or dequeued_at < enqueued_at",
            "correct the times at the source, or the time zone or format in the adapter",
        ),
    ),
)

SURVEYS = Table(
    "surveys",
    ("response_id", "question_id"),
    "survey_answer",
    (
        Column("response_id", "reference", required=True, kind="response"),
        Column("question_id", required=True),
        _word("metric", required=True),
        Column("score", "number"),
        Column("scale_min", "number"),
        Column("scale_max", "number"),
        Column("higher_is_better", "boolean"),
        Column("sent_at", "time"),
        Column("started_at", "time"),
        Column("answered_at", "time"),
        _word("status", "survey_status", required=True),
        Column("comment", private=True),
        Column("language"),
        Column("ticket_id", "reference", kind="ticket"),
        Column("call_id", "reference", kind="call"),
        Column("conversation_id", "reference", kind="conversation"),
        Column("agent_id", private=True),
        Column("queue"),
        Column("channel", "word", vocabulary="channel"),
        *_CUSTOMER_KEYS,
        Column("updated_at", "time"),
        Column("is_deleted", "boolean"),
    ),
    (
        (
            "no time at all",
            "sent_at is null and started_at is null and answered_at is null",
            "map at least one of sent_at, started_at, answered_at",
        ),
        (
            "score outside its scale",
            "score < scale_min or score > scale_max",
            "correct the score, or the scale the adapter declares",
        ),
    ),
)

CHANNEL_EVENTS = Table(
    "channel_events",
    ("event_id",),
    "event",
    (
        Column("event_id", required=True),
        Column("occurred_at", "time", required=True),
        Column("received_at", "time"),
        Column("event_seq", "integer"),
        _word("channel", required=True),
        Column("channel_raw"),
        _word("event_type", required=True),
        Column("event_name_raw"),
        _word("direction", "message_direction"),
        _word("actor"),
        Column("session_id", "reference", kind="session"),
        Column("conversation_id", "reference", kind="conversation"),
        Column("ticket_id", "reference", kind="ticket"),
        Column("call_id", "reference", kind="call"),
        Column("url_path"),
        Column("intent"),
        Column("intent_confidence", "number"),
        Column("is_automated", "boolean"),
        *_CUSTOMER_KEYS,
        *_LIFE,
    ),
)

TABLES: dict[str, Table] = {
    t.name: t for t in (TICKETS, TICKET_HISTORY, MESSAGES, CALLS, SURVEYS, CHANNEL_EVENTS)
}
