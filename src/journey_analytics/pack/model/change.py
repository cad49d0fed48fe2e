"""What is different from another time: from the last issue, or from a period compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..claims import Number
from .points import PainPoint


@dataclass(frozen=True, slots=True)
class Delta:
    """One number then and now."""

    what: str
    before: Number
    now: Number


@dataclass(frozen=True, slots=True)
class PointChange:
    """A pain point that came, went, or moved beyond its interval.

    Attributes
    ----------
    rank
        Its rank now; None: it has none any more.
    what
        ``came``, ``went`` or ``moved``.
    """

    rank: int | None
    title: str
    place: str
    what: str
    deltas: tuple[Delta, ...]

    @property
    def anchor(self) -> str:
        """Return what links to its card, where it has a rank."""
        return f"p{self.rank}"


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different, and how many pain points are as they were.

    Attributes
    ----------
    version
        The issue it is compared with; None: a period.
    same
        How many of the worst now are as they were.
    """

    version: Number | None
    sizes: tuple[Delta, ...]
    points: tuple[PointChange, ...]
    same: Number


@dataclass(frozen=True, slots=True)
class Trigger:
    """An update trigger that is on: something changed so much that the map may no longer hold.

    Attributes
    ----------
    expected
        What the weeks before let expect, with its 95 % interval where there was a test.
    since
        First night that found it.
    """

    rule: str
    subject: str
    measure: str
    measured: Number
    expected: Number
    first_day: date
    last_day: date
    since: date | None


@dataclass(frozen=True, slots=True)
class Triggers:
    """How many update triggers were judged, and those that are on."""

    judged: Number
    on: tuple[Trigger, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """What was decided to be done, and whether it moved its number.

    Attributes
    ----------
    id
        As in ``actions.csv``; the objective is ``metric``, ``wanted`` (up or down), ``target``.
    form
        How values of the metric are written.
    before, now
        The number before the start and now.
    change, other_change
        Now less before, in the journeys it touches and in those it does not.
    difference
        The one less the other.
    points
        Ranked pain points that it names.
    """

    id: str
    metric: str
    wanted: str
    target: Number
    segment: str
    start: date
    form: str
    before: Number
    now: Number
    what: str
    owner: str
    deadline: date
    is_due: bool
    verdict: str
    because: str
    is_share: bool
    change: Number
    other_change: Number
    difference: Number
    effort: str
    points: tuple[PainPoint, ...]
