"""What the sources cover: days, records and what became of them, wholes in parts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ..claims import Number


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
class Late:
    """A source that is not up to date.

    Attributes
    ----------
    newest
        Time of its newest row, where it is stale; None: its new files were kept out.
    because
        Why they were kept out.
    """

    source: str
    newest: datetime | None
    because: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the sources cover, and who is in the data."""

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
