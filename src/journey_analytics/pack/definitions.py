"""Thresholds and kinds of moments in words, from the settings and the warehouse."""

from __future__ import annotations

from functools import partial

from ..settings import Settings
from .asking import Row
from .claims import NOTHING, Number, Phrase, phrase
from .model import Kind, Threshold
from .words import STEP_TITLES

#: How sure intervals are, and how often persons are drawn anew for the interval of a rank.
LEVEL = Number(0.95, "whole_percent", "settings", "method", "level")
RESAMPLES = Number(500, "count", "settings", "method", "resamples")
_TITLES = {
    "session_gap_minutes": "A session ends after a pause of",
    "quiet_window_days": "A journey is over after no sign of the issue for",
    "repeat_window_days": "A contact is a repeat within",
    "retry_window_hours": "A contact is a retry after giving up within",
    "inherit_window_hours": "A search takes its reason from the next contact within",
    "forward_window_minutes": "A second call is the first one passed on within",
    "same_interaction_minutes": "A ticket belongs to the call before it within",
    "clock_skew_seconds": "A ticket may seem to be opened before its call by",
    "opening_window_minutes": "A ticket and its first message are one within",
    "conversation_gap_hours": "Messages in a ticket are one conversation within",
    "wait_seconds": "A wait in a queue is long from",
    "first_reply_hours": "A wait for the first reply is long from",
    "hold_seconds": "A hold is long from",
    "silent_wait_hours": "A silence of ours is long from",
    "aftercare_hours": "A silent solution is followed up within",
    "resolution_days": "A solution is late after",
    "coverage_gap_days": "A source was dark when it had no row for more than",
    "contact_minutes": "A contact whose time is not measured costs the customer",
    "short_abandon_seconds": "Hanging up is a misdial, not giving up, within",
    "survey_window_days": "An answer without a reference is about the last contact within",
    "strong_ids": "A phone or address links nobody when shared by more than",
    "weak_keys": "A customer number links nobody when it has more than",
    "records": "A phone or address links nobody when on more than",
    "min_scored": "A survey can rank pain points from",
}
_NOUNS = {
    "minutes": ("minute", "minutes"), "days": ("day", "days"), "hours": ("hour", "hours"),
    "seconds": ("second", "seconds"), "ids": ("customer number", "customer numbers"),
    "records": ("record", "records"), "keys": ("phone or address", "phones or addresses"),
    "scored": ("scored journey", "scored journeys"),
}


def read_thresholds(settings: Settings) -> tuple[Threshold, ...]:
    """Return every number the rules use, in words."""
    found = []
    for section, name, value in (
        *(("thresholds", n, v) for n, v in settings.thresholds.model_dump().items()),
        *(("identity", n, v) for n, v in settings.identity.limits().items()),
    ):
        one, many = _NOUNS.get(name.rpartition("_")[2], ("", ""))
        number = Number(value, "count", "settings", section, name)
        found.append(Threshold(_TITLES.get(name, name.replace("_", " ")), number,
                               number.noun(one, many), name))
    floor = Number(settings.privacy.min_group, "count", "settings", "privacy", "min_group")
    found.append(Threshold("The smallest group shown has", floor, floor.noun("person"),
                           "min_group"))
    return tuple(found)


def thresholds_of_kinds(settings: Settings) -> dict[str, Phrase]:
    """Return the threshold of each kind of moment in words; kinds without one are left out."""
    span = partial(_span, settings)
    wait = (span("wait_seconds"), " or more in a queue")
    reply = (span("first_reply_hours"), " or more for the first reply to a ticket")
    return {
        "wait": phrase(*wait, ", ", *reply),
        "wait/queue": phrase(*wait),
        "wait/first reply": phrase(*reply),
        "hold": phrase(span("hold_seconds"), " or more on hold"),
        "abandonment": phrase("after more than ", span("short_abandon_seconds"), " in the queue"),
        "repeat_contact": phrase("same person and family of reasons, within ",
                                 span("repeat_window_days"), "; answering us is no repeat"),
        "retry_after_abandonment": phrase("within ", span("retry_window_hours")),
        "chaser": phrase("a message in a ticket while we owe the next step, however long after"),
        "channel_switch": phrase("from one contact to the next of a journey, within ",
                                 span("repeat_window_days")),
        "forced_switch": phrase(
            "after giving up, a closed line, or a bot or menu without a human"),
        "transfer": phrase(
            "a call passed on, or a ticket moved to another queue; A to B to A is two"),
        "ping_pong": phrase("A to B to A is one"),
        "error_met": phrase("each error that the source reports"),
        "reopen": phrase("from solved back to not solved"),
        "search_before_contact": phrase(
            "a search or help page within ", span("inherit_window_hours"), " before the contact"),
        "bot_handoff": phrase(
            "each time a bot hands over, or its leg is followed by a human's"),
        "escalation": phrase("to a queue or a family of complaints declared in the settings"),
        "silent_wait": phrase(span("silent_wait_hours"), " or more without a word of ours"),
        "long_resolution": phrase(
            "more than ", span("resolution_days"), " from opening to solution"),
        "missing_confirmation": phrase("what the settings declare as expected"),
        "missing_aftercare": phrase("solved in silence, and no word of ours within ",
                                    span("aftercare_hours")),
        "out_of_hours_attempt": phrase("calls and chats outside the declared opening hours"),
    }


def read_expectations(settings: Settings) -> dict[str, Phrase]:
    """Return what customers may expect in each step, as far as the settings promise it."""
    span = partial(_span, settings)
    return {
        "search": phrase("To find it without asking."),
        "reach": phrase("To reach someone at the first try, by the way they chose."),
        "wait": phrase("To wait less than ", span("wait_seconds"), " in a queue, ",
                       span("first_reply_hours"), " for a first reply."),
        "handle": phrase("Not to be put on hold for ", span("hold_seconds"), " or more."),
        "hand_over": phrase("To say it once."),
        "resolve": phrase("To have it solved within ", span("resolution_days"), ", for good."),
        "aftercare": phrase("To be told that it is solved within ", span("aftercare_hours"), "."),
    }


def settings_tables(settings: Settings) -> dict[str, list[Row]]:
    """Return the settings that are printed as a table of claims."""
    sections = {
        "thresholds": settings.thresholds.model_dump(), "identity": settings.identity.limits(),
        "privacy": {"min_group": settings.privacy.min_group},
        "method": {"level": LEVEL.value, "resamples": RESAMPLES.value},
    }
    return {"settings": [Row("settings", key, {"key": key, **values})
                         for key, values in sections.items()]}


def read_kinds(rows: dict[str, Row], settings: Settings) -> tuple[Kind, ...]:
    """Return the kinds of moments in words, parents before their children."""
    limits = thresholds_of_kinds(settings)

    def order(row: Row) -> tuple[str, bool, str]:
        parent = row["parent_kind"]
        return (str(parent or row["kind"]), parent is not None, str(row["kind"]))

    return tuple(
        Kind(str(r["title"]), str(r["sentence"]), STEP_TITLES.get(str(r["step"]), str(r["step"])),
             str(rows[r["parent_kind"]]["title"]) if r["parent_kind"] else "",
             limits.get(str(r["kind"]), NOTHING))
        for r in sorted(rows.values(), key=order))


def _span(settings: Settings, name: str) -> Number:
    """Return a threshold as a span of time."""
    return Number(getattr(settings.thresholds, name), f"span_{name.rpartition('_')[2]}",
                  "settings", "thresholds", name)
