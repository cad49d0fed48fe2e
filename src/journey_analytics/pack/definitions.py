"""Thresholds and kinds of moments in words, from the settings and the warehouse."""

from __future__ import annotations

from ..settings import Settings
from .asking import Row
from .claims import Number
from .model import Kind, Threshold
from .words import STEP_TITLES

_TITLES = {
    "session_gap_minutes": "A session ends after a pause of",
    "quiet_window_days": "A journey is over after no sign of the issue for",
    "repeat_window_days": "A contact is a repeat within",
    "retry_window_hours": "A contact is a retry after giving up within",
    "inherit_window_hours": "A search takes its reason from the next contact within",
    "forward_window_minutes": "A second call is the first one passed on within",
    "same_interaction_minutes": "A ticket belongs to the call before it within",
    "opening_window_minutes": "A ticket and its first message are one within",
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


def thresholds_of_kinds(settings: Settings) -> dict[str, str]:
    """Return the threshold of each kind of moment in words; kinds without one are left out."""
    t = settings.thresholds
    return {
        "wait": f"{_span(t.wait_seconds, 'second')} or more in a queue, "
                f"{_span(t.first_reply_hours, 'hour')} or more for the first reply to a ticket",
        "wait/queue": f"{_span(t.wait_seconds, 'second')} or more in a queue",
        "wait/first reply":
            f"{_span(t.first_reply_hours, 'hour')} or more for the first reply to a ticket",
        "hold": f"{_span(t.hold_seconds, 'second')} or more on hold",
        "abandonment": f"after more than {_span(t.short_abandon_seconds, 'second')} in the queue",
        "repeat_contact": f"same person and family of reasons, within "
                          f"{_span(t.repeat_window_days, 'day')}; answering us is no repeat",
        "retry_after_abandonment": f"within {_span(t.retry_window_hours, 'hour')}",
        "chaser": "a message in a ticket while we owe the next step, however long after",
        "channel_switch": f"from one contact to the next of a journey, within "
                          f"{_span(t.repeat_window_days, 'day')}",
        "transfer": "a call passed on, or a ticket moved to another queue; A to B to A is two",
        "ping_pong": "A to B to A is one",
        "error_met": "each error that the source reports",
        "reopen": "from solved back to not solved",
        "search_before_contact": f"a search or help page within "
                                 f"{_span(t.inherit_window_hours, 'hour')} before the contact",
        "bot_handoff": "each time a bot hands over, or its leg is followed by a human's",
        "escalation": "to a queue or a family of complaints declared in the settings",
        "silent_wait": f"{_span(t.silent_wait_hours, 'hour')} or more without a word of ours",
        "long_resolution": f"more than {_span(t.resolution_days, 'day')} from opening to solution",
        "missing_confirmation": "what the settings declare as expected",
        "missing_aftercare": f"solved in silence, and no word of ours within "
                             f"{_span(t.aftercare_hours, 'hour')}",
        "out_of_hours_attempt": "calls and chats outside the declared opening hours",
    }


def read_kinds(rows: dict[str, Row], settings: Settings) -> tuple[Kind, ...]:
    """Return the kinds of moments in words, parents before their children."""
    limits = thresholds_of_kinds(settings)

    def order(row: Row) -> tuple[str, bool, str]:
        parent = row["parent_kind"]
        return (str(parent or row["kind"]), parent is not None, str(row["kind"]))

    return tuple(
        Kind(str(r["title"]), str(r["sentence"]), STEP_TITLES.get(str(r["step"]), str(r["step"])),
             str(rows[r["parent_kind"]]["title"]) if r["parent_kind"] else "",
             limits.get(str(r["kind"]), ""))
        for r in sorted(rows.values(), key=order))


def _span(value: int, unit: str) -> str:
    """Write a setting in the larger unit where that is exact: 120 seconds are 2 minutes."""
    larger = {"second": ("minute", 60), "minute": ("hour", 60)}.get(unit)
    if larger and value >= larger[1] and value % larger[1] == 0:
        return _span(value // larger[1], larger[0])
    return f"{value} {unit}" if value == 1 else f"{value} {unit}s"
