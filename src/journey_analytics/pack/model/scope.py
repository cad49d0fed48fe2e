"""What the pack is about, and which edition it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ..claims import Number


@dataclass(frozen=True, slots=True)
class Filter:
    """One thing that narrows the pack, like a reason, and its name."""

    what: str
    name: str


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which journeys began; an end left out is open."""

    since: date | None
    until: date | None


@dataclass(frozen=True, slots=True)
class Scope:
    """The question of a pack, the journeys it is about, and the workshop it is for.

    Attributes
    ----------
    period, compared
        Its own period and the one set beside it; None: there is none.
    version
        Number of the issue; None: a draft.
    """

    name: str
    question: str
    filters: tuple[Filter, ...]
    period: Period | None
    compared: Period | None
    workshop: date | None
    facilitator: str
    is_brief: bool
    version: Number | None
