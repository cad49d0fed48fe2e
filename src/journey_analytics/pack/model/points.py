"""Pain points: what ranks them, and what a card says of one."""

from __future__ import annotations

from dataclasses import dataclass

from ..claims import Number, Phrase
from .coverage import Share
from .quotes import Quotes
from .workshop import Objective


@dataclass(frozen=True, slots=True)
class Basis:
    """What the ranking rests on.

    Attributes
    ----------
    instrument
        ``NPS``, ``CSAT`` or ``CES``; empty where time lost stands in for a score.
    question
        The instrument in words.
    scale
        Its lowest and highest answer.
    """

    instrument: str
    question: str
    scale: Phrase

    @property
    def is_score(self) -> bool:
        """Tell whether a survey score ranks the pain points."""
        return bool(self.instrument)


@dataclass(frozen=True, slots=True)
class Cut:
    """A line that cuts the priority matrix, and who drew it."""

    at: Number
    drawn_by: str


@dataclass(frozen=True, slots=True)
class Cuts:
    """Lines that cut many from few hit, and hard from lightly."""

    frequency: Cut
    impact: Cut


@dataclass(frozen=True, slots=True)
class HourCell:
    """A weekday and a block of three hours; ``level`` 0 means too few to show."""

    weekday: int
    block: int
    level: int
    moments: int


@dataclass(frozen=True, slots=True)
class Place:
    """A place on a shared path."""

    words: str
    channel: str
    is_hit: bool
    since: Number


@dataclass(frozen=True, slots=True)
class Path:
    """A path that enough persons share, with typical times."""

    persons: Number
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A rank that links to its card."""

    rank: int

    @property
    def number(self) -> Number:
        """Return the rank as a number to be printed."""
        return Number(self.rank, "count", "pain_points", str(self.rank), "rank")

    @property
    def anchor(self) -> str:
        """Return what links to its card."""
        return f"p{self.rank}"


@dataclass(frozen=True, slots=True)
class Overlap(Ranked):
    """A worse pain point, by its rank, that hits most of the same journeys."""

    shared: Number


@dataclass(frozen=True, slots=True)
class Segment:
    """The same comparison in one part of the data, where the effect is weakest."""

    kind: str
    name: str
    hit_scored: Number
    difference: Number


@dataclass(frozen=True, slots=True)
class Matched:
    """Mean scores of journeys with it, and of like ones without it."""

    journeys: Number
    score_with: Number
    score_without: Number


@dataclass(frozen=True, slots=True)
class Hint:
    """What its contacts have more often than others: a hint of cause, no proof."""

    trait: str
    name: str
    share: Number
    others: Number
    lift: Number


@dataclass(frozen=True, slots=True)
class PointTotal:
    """What ranked pain points of one reason, channel, queue or kind cost together."""

    dimension: str
    name: str
    points: Number
    journeys: Number
    persons: Number
    burden: Number


@dataclass(frozen=True, slots=True)
class Team:
    """A team that dealt with the contacts it happened at, and the share of them."""

    name: str
    share: Number


@dataclass(frozen=True, slots=True)
class PainPoint(Ranked):
    """A ranked pain point. What only cards print is empty for those without a card."""

    kind: str
    title: str
    reason: str
    channel: str
    queue: str
    stage: str
    step: str
    sentence: str
    threshold: Phrase
    moments: Number
    journeys: Number
    journeys_of_reason: Number
    persons: Number
    active_persons: Number
    frequency: Number
    difference: Number
    impact: Number
    hit_scored: Number
    other_scored: Number
    burden: Number
    burden_per_journey: Number
    lost: Number
    knock_on: Number
    median_lost: Number | None = None
    parts: tuple[Share, ...] = ()
    hours: tuple[HourCell, ...] = ()
    path: Path | None = None
    overlap: Overlap | None = None
    is_discovery: bool | None = None
    rank_low: Number | None = None
    rank_high: Number | None = None
    top_3: Number | None = None
    tied_from: Number | None = None
    repeat: Number | None = None
    hours_longer: Number | None = None
    knock_on_handle: Number | None = None
    knock_on_cost: Number | None = None
    weakest: Segment | None = None
    matched: Matched | None = None
    hints: tuple[Hint, ...] = ()
    teams: tuple[Team, ...] = ()
    quotes: Quotes | None = None
    objective: Objective | None = None

    @property
    def is_clear(self) -> bool:
        """Tell whether the loss is told apart from none, also among so many compared."""
        return self.is_discovery is not False and (
            self.difference.high is None or self.difference.high < 0)

    @property
    def place(self) -> str:
        """Return where it happens, in words."""
        return " · ".join(w for w in (self.queue, self.reason, self.channel) if w)

    @property
    def full_title(self) -> str:
        """Return kind and place."""
        return f"{self.title} · {self.place}"
