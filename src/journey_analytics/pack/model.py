"""The pack as data: what every form of it (HTML now, others later) is rendered from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from .claims import Number


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a whole: its name, its size and its share."""

    name: str
    size: Number
    share: Number


@dataclass(frozen=True, slots=True)
class Split:
    """A whole in parts. Parts of fewer persons than the smallest group are folded into one.

    Attributes
    ----------
    folded
        How many parts were folded into the last one.
    """

    parts: tuple[Share, ...]
    folded: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """What one source covers with one kind of record: days, rows and rows per day or week."""

    source: str
    kind: str
    first_day: date
    last_day: date
    row_count: Number
    strip: tuple[int, ...]
    by_week: bool


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of a source's records."""

    source: str
    records: Number
    used: Number
    ignored: Number
    quarantined: Number
    dropped: Number


@dataclass(frozen=True, slots=True)
class RuleCount:
    """What one rule did to how many: records not used, pain points not ranked."""

    fate: str
    rule: str
    number: Number


@dataclass(frozen=True, slots=True)
class Scope:
    """What the pack is about and what the sources cover."""

    sources: Number
    first_day: date | None
    last_day: date | None
    spans: tuple[Span, ...]
    fates: tuple[Fates, ...]
    rules: tuple[RuleCount, ...]
    active_persons: Number
    anonymous_persons: Number
    journeys: Number
    anonymous_journeys: Number
    passive_journeys: Number
    journeys_with_contact: Number
    contacts: Number
    sessions: Number
    touchpoints: Number
    moments: Number
    shared_keys: Number
    person_kinds: Split
    statuses: Split
    channels: Split
    reasons: Split
    excluded: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One number in a map cell, what it is, and how many it rests on where that is not said."""

    number: Number
    text: str
    n: Number | None = None


@dataclass(frozen=True, slots=True)
class Badge:
    """A ranked pain point on the map."""

    rank: int
    title: str
    place: str
    has_card: bool
    is_clear: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One column of the journey map.

    Attributes
    ----------
    badges, also, more_points
        Its pain points: listed with their place, only numbered, only counted.
    """

    name: str
    title: str
    sentence: str
    doings: tuple[Share, ...]
    channels: tuple[Share, ...]
    touchpoints: Number
    journeys: Number
    share: Number
    waits: tuple[Fact, ...]
    moves: tuple[Fact, ...]
    badges: tuple[Badge, ...]
    also: tuple[Badge, ...]
    more_points: int
    ranked_points: int
    score: tuple[Fact, ...]
    blind: tuple[str, ...]

    @property
    def is_blind(self) -> bool:
        """Tell whether nothing is known of this step because no source could show it."""
        return bool(self.blind) and self.share.value == 0


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """Steps across, lanes down; stages above."""

    journeys: Number
    persons: Number
    journeys_with_contact: Number
    handled: Number
    stages: Split
    steps: tuple[Step, ...]


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
class Overlap:
    """A worse pain point that hits most of the same journeys."""

    worse_rank: int
    shared: Number


@dataclass(frozen=True, slots=True)
class PainPoint:
    """A ranked pain point. What only cards print is empty for those without a card."""

    rank: int
    kind: str
    title: str
    reason: str
    channel: str
    queue: str
    stage: str
    step: str
    sentence: str
    threshold: str
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
        Its scale, like ``0 to 10``.
    """

    instrument: str
    question: str
    scale: str

    @property
    def is_score(self) -> bool:
        """Tell whether a survey score ranks the pain points."""
        return bool(self.instrument)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of moment and its threshold in words."""

    title: str
    sentence: str
    step: str
    parent: str
    threshold: str


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number the rules use."""

    title: str
    value: Number
    unit: str
    setting: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that is not known, and why."""

    subject: str
    because: str


@dataclass(frozen=True, slots=True)
class PackData:
    """Everything a pack prints."""

    project: str
    zone: str
    as_of: datetime
    version: str
    min_group: int
    is_too_small: bool
    basis: Basis
    scope: Scope
    journey_map: JourneyMap | None
    points: tuple[PainPoint, ...]
    others: tuple[PainPoint, ...]
    not_ranked: tuple[RuleCount, ...]
    blind: tuple[Unknown, ...]
    warnings: tuple[str, ...]
    answered: Number
    kinds: tuple[Kind, ...]
    thresholds: tuple[Threshold, ...]
