"""The service blueprint of a pain point: what customers do, whom they meet, what works behind."""

from __future__ import annotations

from dataclasses import dataclass

from ..claims import Number
from .coverage import Share
from .points import PainPoint


@dataclass(frozen=True, slots=True)
class BlueprintStep:
    """One column of a blueprint.

    Attributes
    ----------
    is_hit
        Whether the pain point lies in this step.
    share
        Journeys hit that pass the step, of all it hit.
    after
        How long after the column before it: median, with interval and n.
    """

    name: str
    title: str
    is_hit: bool
    share: Number
    after: Number
    customer: tuple[Share, ...]
    front: tuple[Share, ...]
    back: tuple[Share, ...]
    systems: tuple[Share, ...]


@dataclass(frozen=True, slots=True)
class Blueprint:
    """The blueprint of one pain point."""

    point: PainPoint
    steps: tuple[BlueprintStep, ...]
