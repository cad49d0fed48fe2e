"""Filters: words of the analyst become a condition on journeys, and never SQL text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from difflib import SequenceMatcher
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

import numpy as np

from ..engines import Explored
from ..errors import SettingsError

#: How many names an error lists; from which likeness on (0 to 1) a word is a slip of the pen.
_LISTED, _ALIKE = 30, 0.8


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
    check_days(".period()", since, until)
    said = " ".join(f"{'from' if name == 'since' else 'until'} {day_of(given):%Y-%m-%d}"
                    for name, given in (("since", since), ("until", until)) if given is not None)
    return Filter(f"began {said}",
                  " AND ".join(c.format(f"{n}_{number}") for n, (c, _) in known.items()),
                  {f"{name}_{number}": at for name, (_, at) in known.items()})


def by_keys(warehouse: Explored, keys: object, number: int) -> Filter:
    """Return the filter of journeys by their keys.

    Raises
    ------
    SettingsError
        What is no key, or a key that no journey of the publication has.
    """
    given: list[Any] = list(keys) if isinstance(keys, Iterable) else [keys]
    wrong = [k for k in given if not is_whole(k)]
    allowed = 'a journey_key, several, or a frame\'s column: frame["journey_key"]'
    if wrong or not given:
        raise SettingsError(".journeys()", "not a journey_key" if given else "needs a journey_key",
                            found=repr(wrong[0]) if given else "", allowed=allowed)
    values = {f"keys_{number}": sorted({int(k) for k in given})}
    missing = warehouse.frame(
        f"SELECT unnest($keys_{number}) AS k EXCEPT SELECT journey_key FROM journeys ORDER BY 1",
        values)["k"].tolist()
    if missing:
        raise SettingsError(".journeys()", "no such journey in this publication",
                            found=f"{missing[0]}, {len(missing)} in all", allowed=allowed)
    return Filter(f"journeys by key: {len(values[f'keys_{number}'])}",
                  f"j.journey_key IN (SELECT unnest($keys_{number}))", values)


def check_word(where: str, what: str, word: object, allowed: Sequence[str]) -> None:
    """Raise for a word that is not allowed, and suggest the nearest one that is."""
    if isinstance(word, str) and word in allowed:
        return
    many = ", …" if len(allowed) > _LISTED else ""
    advice = ""
    if isinstance(word, str):
        near = _nearest(word, allowed)
        advice = f"Did you mean {' or '.join(near)}?" if near else ""
    elif isinstance(word, Iterable) and allowed:
        advice = f"Give words one by one, like '{allowed[0]}'."
    raise SettingsError(
        where, what if isinstance(word, str) else "not a word", found=repr(word),
        allowed=", ".join(allowed[:_LISTED]) + many or "nothing is there", remedy=advice)


def _nearest(word: str, allowed: Sequence[str]) -> list[str]:
    """Return the words that were meant: one that is spelled alike, else those that begin alike."""
    likeness = {a: SequenceMatcher(None, word.lower(), a.lower()).ratio() for a in allowed}
    best = max(allowed, key=likeness.__getitem__, default="")
    begins = [a for a in allowed if _stem(a) == _stem(word)]
    holds = [a for a in allowed if len(word) > 2 and word.lower() in a.lower()]
    slips = [best] if best and likeness[best] >= _ALIKE else []
    near = slips or begins or holds or ([best] if best and likeness[best] >= 0.6 else [])
    return [repr(a) for a in near[:3]]


def _stem(word: str) -> str:
    return re.split(r"[\s_]+", word.lower())[0].removesuffix("s")


def is_whole(number: object) -> TypeGuard[int]:
    """Return whether something is a whole number, of Python or of a frame."""
    return isinstance(number, int | np.integer) and not isinstance(number, bool)


def check_whole(name: str, number: object, most: int) -> None:
    """Raise for what is no whole number from 1 to ``most``."""
    if not is_whole(number) or not 1 <= number <= most:
        raise SettingsError(name, "not a whole number in range", found=repr(number),
                            allowed=f"1 to {most}")


def check_days(where: str, since: object, until: object) -> None:
    """Raise for a period that has no day."""
    if since is not None and until is not None and day_of(since) >= day_of(until):
        raise SettingsError(where, "has no day", found=f"{since} to {until}",
                            remedy="The second day is the first one that is no longer in it.")


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
