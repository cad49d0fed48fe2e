"""Words in print: what the warehouse's short words are called in a pack, and how names are cleaned.

Names of reasons, queues and sources come from customers' systems. They are data: cleaned of what
could disturb the reading (line ends, control and direction marks), cut to a length, and escaped
where they are printed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

STEPS = ("search", "reach", "wait", "handle", "hand_over", "resolve", "aftercare")
STEP_TITLES = {
    "search": "Search", "reach": "Reach", "wait": "Wait", "handle": "Handle",
    "hand_over": "Hand over", "resolve": "Resolve", "aftercare": "Aftercare",
}
STEP_SENTENCES = {
    "search": "looks for an answer alone", "reach": "gets in touch", "wait": "waits for someone",
    "handle": "deals with someone", "hand_over": "is passed on", "resolve": "has it solved",
    "aftercare": "hears back and is asked",
}
CHANNELS = {
    "voice": "voice", "email": "email", "chat": "chat", "message": "messages", "sms": "SMS",
    "social": "social media", "web": "web", "app": "app", "web_form": "web form",
    "in_person": "in person", "letter": "letter", "bot": "bot", "other": "other channels",
}
RECORD_KINDS = {
    "calls": "call legs", "tickets": "tickets", "ticket_history": "ticket changes",
    "messages": "messages", "surveys": "survey responses", "channel_events": "channel events",
}
PERSON_KINDS = {
    "customer": "customers",
    "anonymous": "anonymous visitors (a cookie alone; in no customer number)",
    "unidentified": "contacts without a usable key (each a person of its own)",
}
STATUSES = {
    "resolved": "resolved: no sign of the issue in the quiet window",
    "open": "open: not over at the end of the data",
    "given_up": "given up: the last contact was abandoned",
}
VARIANTS = {
    "forced": "forced (gave up, or found the door closed)", "chosen": "chosen by the customer",
    "directed": "asked for by us", "external": "to someone outside", "blind": "unannounced",
    "attended": "announced", "queue": "", "first reply": "", "unknown": "",
}
#: What the customer meets at a touchpoint, by kind and actor.
TOUCHPOINTS = {
    ("contact", "voice"): "calls us", ("contact", "chat"): "starts a chat",
    ("contact", "bot"): "starts with a bot", ("contact", "other"): "gets in touch",
    ("queued", "customer"): "waits in a queue", ("passed_on", "agent"): "is passed on in a call",
    ("page_view", "customer"): "views pages", ("help_view", "customer"): "reads help",
    ("search", "customer"): "searches", ("login", "customer"): "logs in",
    ("form_submit", "customer"): "sends a form", ("message", "customer"): "writes to us",
    ("message", "agent"): "gets a written answer",
    ("message", "system"): "gets an automatic answer",
    ("message", "bot"): "gets a bot's answer", ("leg", "agent"): "talks with someone",
    ("leg", "bot"): "talks with a bot", ("leg", "system"): "reaches a recording or closed line",
    ("leg", "customer"): "waits in a queue", ("ticket_opened", "customer"): "opens a ticket",
    ("ticket_opened", "agent"): "gets a ticket opened",
    ("ticket_opened", "system"): "gets a ticket opened automatically",
    ("status_change", "agent"): "has the ticket's status changed",
    ("status_change", "system"): "has the ticket closed automatically",
    ("status_change", "customer"): "reopens or answers the ticket",
    ("handoff", "agent"): "is moved to another queue",
    ("handoff", "system"): "is routed to another queue",
    ("survey_answer", "customer"): "answers a survey",
    ("confirmation", "system"): "gets a confirmation", ("bot_message", "customer"): "asks a bot",
    ("bot_message", "bot"): "gets a bot's answer", ("bot_fallback", "bot"): "is not understood",
    ("bot_handoff", "bot"): "is handed over by a bot",
    ("ivr_node", "customer"): "uses a phone menu",
    ("ivr_node", "system"): "meets a phone menu", ("error", "system"): "meets an error",
    ("error", "customer"): "meets an error", ("custom", "customer"): "does other things",
}
BLIND_STEPS = {
    "queue waits, holds, abandonment": ("wait", "handle"),
    "transfers and reopens of tickets": ("hand_over", "resolve"),
    "first replies, chasers and answers in tickets": ("wait", "handle"),
    "attempts outside opening hours": ("reach",),
    "what people looked for before they got in touch": ("search",),
    "how people felt about it": ("aftercare",),
    "escalations": ("hand_over",),
    "silences": ("wait",),
    "missing confirmations": ("aftercare",),
    "some missing confirmations": ("aftercare",),
    "confirmations within business time": ("aftercare",),
    "solutions that nobody followed up": ("aftercare",),
}
INSTRUMENTS = {
    "NPS": "the recommendation question (NPS)", "CSAT": "the satisfaction question (CSAT)",
    "CES": "the effort question (CES)",
}
WEEKDAY_NAMES = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
LONGEST_NAME, LONGEST_QUESTION = 90, 300
#: Joins emoji into one; the only invisible sign that a name may keep.
JOINER = "\N{ZERO WIDTH JOINER}"


def clean(text: object, longest: int = LONGEST_NAME) -> str:
    """Return a foreign name as one safe line: no control or direction marks, not too long."""
    kinds = ((c, unicodedata.category(c)) for c in str(text))
    kept = "".join(" " if kind in ("Cc", "Zl", "Zp") else c for c, kind in kinds
                   if kind not in ("Cf", "Cs", "Co", "Cn") or c == JOINER)
    line = re.sub(r"\s+", " ", kept).strip()
    return line if len(line) <= longest else f"{line[:longest - 1].rstrip()}…"


def reason_name(reason: str) -> str:
    """Return a reason as it is printed: settings' names lose their underscores."""
    if reason == "unstated":
        return "reason not stated"
    return clean(reason.replace("_", " ") if re.fullmatch(r"\w+", reason) else reason)


def queue_name(queue: str) -> str:
    """Return a queue as it is printed, empty where there is none."""
    if queue == "no queue":
        return ""
    name = clean(queue)
    return name if re.search(r"queue|group|team|desk", name, re.IGNORECASE) else f"{name} queue"


def place_of(row: Mapping[str, Any]) -> str:
    """Return where a pain point happens, in words: queue, reason and channel."""
    return " · ".join(w for w in (
        where_of(row), reason_name(str(row["reason"])), channel_name(str(row["channel"]))) if w)


def where_of(row: Mapping[str, Any]) -> str:
    """Return the queue, or the source's name of an error, where it happened."""
    queue = str(row["queue"])
    if str(row["kind"]) == "error_met":
        return "" if queue == "no queue" else reason_name(queue)
    return queue_name(queue)


def channel_name(channel: str) -> str:
    """Return a channel as it is printed."""
    return CHANNELS.get(channel, clean(channel.replace("_", " ")))


def stage_name(stage: str) -> str:
    """Return a stage as it is printed."""
    return clean(stage.replace("_", " "))


def touchpoint_name(step: str, kind: str, actor: str) -> str:
    """Return what the customer meets at a touchpoint."""
    if step == "resolve" and kind == "status_change" and actor == "agent":
        return "has the ticket solved"
    if kind == "contact":
        return TOUCHPOINTS.get((kind, actor), f"gets in touch by {channel_name(actor)}")
    # Sources differ in whom they name as the actor of the same thing.
    same_kind = (text for (other, _), text in TOUCHPOINTS.items() if other == kind)
    return TOUCHPOINTS.get((kind, actor)) or next(same_kind, clean(kind.replace("_", " ")))


def rule_name(rule: str) -> str:
    """Return a rule of the accounting as it is printed."""
    return {
        "repeated": "delivered again, word for word",
        "no_comment": "an entry without a comment",
        "no_change": "an entry that changes nothing",
    }.get(rule, clean(rule.replace("_", " ")))


def words_from_token(token: str) -> tuple[str, str, str, str]:
    """Return step, kind, actor and channel of a place in a path (``point_paths``)."""
    step, kind, actor, channel = (*token.split("/"), "", "", "", "")[:4]
    return step, kind, actor, channel
