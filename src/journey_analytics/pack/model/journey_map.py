"""The journey map: steps across, lanes down."""

from __future__ import annotations

from dataclasses import dataclass

from ..claims import Number, Phrase
from .coverage import Share, Split
from .points import Ranked


@dataclass(frozen=True, slots=True)
class Fact:
    """One number in a map cell, what it is, and how many it rests on where that is not said.

    Attributes
    ----------
    known
        ``observed`` or ``inferred``; empty where the whole cell says so.
    is_tail
        Whether it is the long end of a median before it, which a small page can do without.
    """

    number: Number
    text: str | Phrase
    n: Number | None = None
    known: str = ""
    is_tail: bool = False


@dataclass(frozen=True, slots=True)
class Badge(Ranked):
    """A ranked pain point on the map."""

    title: str
    place: str
    has_card: bool
    is_clear: bool
    known: str = "observed"


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
    expects: Phrase
    doings: tuple[Share, ...]
    channels: tuple[Share, ...]
    touchpoints: Number
    journeys: Number
    share: Number
    waits: tuple[Fact, ...]
    moves: tuple[Fact, ...]
    badges: tuple[Badge, ...]
    also: tuple[Badge, ...]
    more_points: Number
    questions: tuple[str | Phrase, ...]
    blind: tuple[str, ...]

    @property
    def is_blind(self) -> bool:
        """Tell whether nothing is known of this step because no source could show it."""
        return bool(self.blind) and self.share.value == 0


@dataclass(frozen=True, slots=True)
class Mood:
    """The mean mood of customers in a step, by how it is known; these are never pooled.

    Attributes
    ----------
    kind, instrument
        ``measured``, ``expressed`` or ``inferred``, and by what.
    """

    step: str
    kind: str
    instrument: str
    mean: Number
    touchpoints: Number


@dataclass(frozen=True, slots=True)
class JourneyMap:
    """Steps across, lanes down; stages above."""

    journeys: Number
    persons: Number
    journeys_with_contact: Number
    handled: Number
    stages: Split
    steps: tuple[Step, ...]
    moods: tuple[Mood, ...] = ()
