"""Personas found in habits, and segments that the user declared: the same cards."""

from __future__ import annotations

from dataclasses import dataclass

from ..claims import Number
from .points import Path


@dataclass(frozen=True, slots=True)
class Trait:
    """One habit, reason or kind of moment: of the group, and of the others.

    Attributes
    ----------
    difference, lift
        How far apart the two are, and how many times as often; None: not said.
    """

    what: str
    mean: Number
    others: Number
    difference: Number | None = None
    lift: Number | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A persona or a segment."""

    anchor: str
    name: str
    is_found: bool
    persons: Number
    share: Number
    stability: Number | None
    traits: tuple[Trait, ...]
    goals: tuple[Trait, ...]
    pains: tuple[Trait, ...]
    path: Path | None


@dataclass(frozen=True, slots=True)
class Rest:
    """Persons without a persona, and why they have none."""

    name: str
    persons: Number


@dataclass(frozen=True, slots=True)
class Personas:
    """Who the customers are.

    Attributes
    ----------
    none_because
        Why no persona was found; empty: some were.
    """

    found: tuple[Group, ...]
    declared: tuple[Group, ...]
    rest: tuple[Rest, ...]
    none_because: str
