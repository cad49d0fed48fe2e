"""What the room argues about: beliefs, constraints of the future state, objectives."""

from __future__ import annotations

from dataclasses import dataclass

from ..claims import Number, Phrase


@dataclass(frozen=True, slots=True)
class Belief:
    """A statement of the room, held against the data.

    Attributes
    ----------
    about
        Moments and journeys it is about, in words.
    claim
        What it says in numbers.
    verdict
        ``supported``, ``contradicted``, ``not enough data``.
    because
        Why there is not enough data.
    smallest
        The smallest effect that would have been seen, in words.
    stands
        Whether the verdict stands among all beliefs tested.
    """

    name: str
    statement: str
    whose: str
    about: str
    claim: Phrase
    verdict: str
    because: str
    is_share: bool
    effect: Number
    n_with: Number
    n_without: Number
    smallest: Phrase
    stands: bool


@dataclass(frozen=True, slots=True)
class Beliefs:
    """All beliefs; how many were tested, and how many verdicts stand among all of them."""

    tested: Number
    standing: Number
    listed: tuple[Belief, ...]


@dataclass(frozen=True, slots=True)
class FailingPart:
    """A part of the journeys that fails a constraint clearly more than all do."""

    dimension: str
    name: str
    share: Number


@dataclass(frozen=True, slots=True)
class Constraint:
    """What the future state asks for, and how many of today's journeys would fail it.

    Attributes
    ----------
    because
        Why that is not known.
    """

    name: str
    share: Number
    failing: Number
    journeys: Number
    because: str
    parts: tuple[FailingPart, ...]


@dataclass(frozen=True, slots=True)
class Objective:
    """A measurable aim for a pain point: today's share of journeys hit, and a lower one.

    Attributes
    ----------
    metric
        Its id in the definition ledger.
    is_reached
        Whether the best tenth of ``weeks`` already had the target; else it is half of today's.
    spared
        Journeys that would not be hit, of as many as there are now.
    """

    metric: str
    today: Number
    target: Number
    is_reached: bool
    weeks: Number
    journeys: Number
    spared: Number
