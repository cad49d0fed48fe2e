"""Filters: words of the analyst become a condition on journeys, and never SQL text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ..engines import Explored
from ..errors import SettingsError, did_you_mean


@dataclass(frozen=True, slots=True)
class Filter:
    """What holds for a row ``j`` of ``journeys``, and how it is said."""

    said: str
    condition: str
    values: dict[str, Any] = field(default_factory=dict)


#: Filter to the query of its words, and what holds for a journey with some of them.
_WORDS: dict[str, tuple[str, str]] = {
    "persona": (
        "SELECT persona FROM personas UNION SELECT label FROM personas UNION "
        "SELECT name FROM persona_names WHERE persona IS NOT NULL",
        "j.person_key IN (SELECT p.person_key FROM person_personas AS p WHERE p.persona IN ({0}) "
        "OR p.persona IN (SELECT persona FROM personas WHERE label IN ({0})) "
        "OR p.persona IN (SELECT persona FROM persona_names WHERE name IN ({0})))"),
    "reason": (
        "SELECT DISTINCT reason::VARCHAR FROM journeys UNION "
        "SELECT DISTINCT reason_family::VARCHAR FROM journeys",
        "(j.reason::VARCHAR IN ({0}) OR j.reason_family::VARCHAR IN ({0}))"),
    "channel": (
        "SELECT DISTINCT channel::VARCHAR FROM contacts",
        "j.journey_key IN (SELECT journey_key FROM contacts WHERE channel::VARCHAR IN ({0}))"),
    "queue": (
        "SELECT DISTINCT queue::VARCHAR FROM contacts UNION "
        "SELECT DISTINCT queue::VARCHAR FROM queue_stays",
        "(j.journey_key IN (SELECT journey_key FROM contacts WHERE queue::VARCHAR IN ({0})) OR "
        "j.journey_key IN (SELECT journey_key FROM queue_stays WHERE queue::VARCHAR IN ({0})))"),
    "with_moment": (
        "SELECT kind::VARCHAR FROM moment_kinds",
        "j.journey_key IN (SELECT journey_key FROM moments WHERE kind::VARCHAR IN ({0}))"),
    "with_switch": (
        "SELECT unnest(['directed', 'forced', 'chosen'])",
        "j.journey_key IN (SELECT journey_key FROM channel_switches WHERE switch_kind IN ({0}))"),
    "status": (
        "SELECT unnest(['open', 'given_up', 'resolved'])", "j.journey_status IN ({0})"),
}


def by_words(warehouse: Explored, name: str, words: Sequence[str], number: int) -> Filter:
    """Return the filter of that name.

    Raises
    ------
    SettingsError
        A word that is nowhere in the data, with the nearest one that is.
    """
    known_sql, condition = _WORDS[name]
    known = sorted(str(row[0]) for row in warehouse.rows(known_sql) if row[0] is not None)
    if not words:
        raise SettingsError(f".{name}()", "needs a word", allowed=", ".join(known))
    for word in words:
        check_word(f".{name}()", "not in the data", word, known)
    values = {f"{name}_{number}_{place}": word for place, word in enumerate(words)}
    marks = ", ".join(f"${value}" for value in values)
    return Filter(f"{name.replace('_', ' ')}: {', '.join(words)}", condition.format(marks), values)


def by_period(since: object, until: object, zone: str, number: int) -> Filter:
    """Return the filter of journeys that began in a period: days of the project's zone."""
    ends = {"since": ("j.started_at >= ${0}", _utc(since, zone)),
            "until": ("j.started_at < ${0}", _utc(until, zone))}
    known = {name: end for name, end in ends.items() if end[1] is not None}
    if not known:
        raise SettingsError(".period()", "needs a first day or a day where it ends",
                            allowed='like .period("2026-03-01", "2026-04-01")')
    if len(known) == 2 and day_of(since) >= day_of(until):
        raise SettingsError(".period()", "ends before it begins", found=f"{since} to {until}",
                            remedy="The second day is the first one that is no longer in it.")
    said = " ".join(f"{'from' if name == 'since' else 'until'} {day_of(given):%Y-%m-%d}"
                    for name, given in (("since", since), ("until", until)) if given is not None)
    return Filter(f"began {said}",
                  " AND ".join(c.format(f"{n}_{number}") for n, (c, _) in known.items()),
                  {f"{name}_{number}": at for name, (_, at) in known.items()})


def check_word(where: str, what: str, word: str, allowed: Sequence[str]) -> None:
    """Raise for a word that is not allowed, and suggest the nearest one that is."""
    if word in allowed:
        return
    near = did_you_mean(word, list(allowed))
    like = [a for a in allowed if word and word.lower() in a.lower()]
    raise SettingsError(
        where, what, found=f"'{word}'", allowed=", ".join(allowed[:30]) or "nothing is there",
        remedy=near or (f"Did you mean '{like[0]}'?" if like else ""))


def day_of(given: object) -> date:
    """Return the day that a date or ISO text means."""
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise SettingsError(".period()", "not a day", found=f"'{given}'",
                            allowed='like "2026-03-01"') from None


def _utc(given: object, zone: str) -> datetime | None:
    if given is None:
        return None
    day = day_of(given)
    local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return local.astimezone(UTC).replace(tzinfo=None)
