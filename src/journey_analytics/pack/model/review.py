"""The quarterly review: what was decided, what it moved, and what to decide now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..claims import Number, Phrase
from .change import Action


@dataclass(frozen=True, slots=True)
class Week:
    """An action's number in one week."""

    first_day: date
    value: Number


@dataclass(frozen=True, slots=True)
class ReviewedAction:
    """An action, and its number week by week.

    Attributes
    ----------
    weeks
        Those that could be shown, oldest first.
    """

    action: Action
    weeks: tuple[Week, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was done or said after a trigger went on: what it is, and its name."""

    what: Phrase
    name: str


@dataclass(frozen=True, slots=True)
class FiredTrigger:
    """An update trigger that was on in the quarter.

    Attributes
    ----------
    last_day
        When it was seen last; None: it is still on.
    """

    rule: str
    subject: str
    measure: str
    since: date
    last_day: date | None
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class OldPack:
    """A pack whose last issue shows data older than the map may be."""

    name: str
    version: Number
    age: Number


@dataclass(frozen=True, slots=True)
class ReviewedPoint:
    """One of the worst pain points now or at the last issue; without a rank it was none of them.

    Attributes
    ----------
    what
        ``new``, ``gone``, ``moved`` (beyond the interval it had) or ``as before``.
    persons, burden
        Share of persons hit, and points or hours lost: then and now.
    """

    title: str
    place: str
    what: str
    rank: tuple[Number | None, Number | None]
    persons: tuple[Number | None, Number | None]
    burden: tuple[Number | None, Number | None]


@dataclass(frozen=True, slots=True)
class LastIssue:
    """The issue that a review is held against; it may be one of another pack of the same scope."""

    pack: str
    version: Number
    as_of: date


@dataclass(frozen=True, slots=True)
class Review:
    """A quarter, looked back on.

    Attributes
    ----------
    issue
        None: nothing was issued before.
    most_days
        How old the data of an issue may be.
    """

    since: date
    until: date
    actions: tuple[ReviewedAction, ...]
    triggers: tuple[FiredTrigger, ...]
    old_packs: tuple[OldPack, ...]
    most_days: Number
    issue: LastIssue | None
    points: tuple[ReviewedPoint, ...]
