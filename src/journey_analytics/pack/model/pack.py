"""The whole pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ...settings_observations import Observation
from ..asking import Row
from ..claims import Number
from .appendix import Appendix
from .blueprint import Blueprint
from .brief import Brief
from .change import Action, Changes, Triggers
from .coverage import Coverage, Late, RuleCount
from .journey_map import JourneyMap
from .personas import Personas
from .points import Basis, Cuts, PainPoint, PointTotal
from .review import Review
from .scope import Scope
from .words import Kind, Threshold, Unknown
from .workshop import Beliefs, Constraint


@dataclass(frozen=True, slots=True)
class PackData:
    """Everything a pack prints.

    Attributes
    ----------
    gaps
        Parts that a pack can have and this one has not, and why.
    since_issue, compared
        What is different from the last issue, and from the period compared.
    review
        Look back on a quarter; only a review has it.
    settings_digest
        What changes with every setting of the project, and says none of them.
    tables
        The tables that its claims are about, by name.
    """

    project: str
    zone: str
    as_of: datetime
    version: str
    min_group: int
    floor: Number
    is_too_small: bool
    basis: Basis
    scope: Scope
    coverage: Coverage
    brief: Brief
    personas: Personas
    journey_map: JourneyMap | None
    points: tuple[PainPoint, ...]
    others: tuple[PainPoint, ...]
    carded: Number
    ranked: Number
    totals: tuple[PointTotal, ...]
    not_ranked: tuple[RuleCount, ...]
    blind: tuple[Unknown, ...]
    gaps: tuple[Unknown, ...]
    warnings: tuple[str, ...]
    answered: Number
    appendix: Appendix
    kinds: tuple[Kind, ...]
    thresholds: tuple[Threshold, ...]
    beliefs: Beliefs | None = None
    observations: tuple[Observation, ...] = ()
    blueprints: tuple[Blueprint, ...] = ()
    future: tuple[Constraint, ...] = ()
    since_issue: Changes | None = None
    compared: Changes | None = None
    triggers: Triggers | None = None
    actions: tuple[Action, ...] = ()
    late: tuple[Late, ...] = ()
    cuts: Cuts | None = None
    review: Review | None = None
    settings_digest: str = ""
    tables: Mapping[str, Sequence[Row]] = field(default_factory=dict, repr=False)
