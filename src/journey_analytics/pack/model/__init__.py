"""The pack as data: what every form of it (HTML, PDF, spreadsheet) is rendered from.

One file for each part of a pack. A new part is a frozen dataclass in a file of its own, a field of
``PackData`` with a default that means "there is none", a reader (``read_….py``) that fills it, a
template that prints it, and a line in ``pack.html.j2``. Printed numbers are ``Number``s.
"""

from .appendix import Appendix, Definition, Policy, ResponseBias, ResponseRate
from .blueprint import Blueprint, BlueprintStep
from .brief import Brief, Seat
from .change import Action, Changes, Delta, PointChange, Trigger, Triggers
from .coverage import Coverage, Fates, Late, RuleCount, Share, Span, Split
from .journey_map import Badge, Fact, JourneyMap, Mood, Step
from .pack import PackData
from .personas import Group, Personas, Rest, Trait
from .points import (
    Basis,
    Cut,
    Cuts,
    Hint,
    HourCell,
    Matched,
    Overlap,
    PainPoint,
    Path,
    Place,
    PointTotal,
    Ranked,
    Segment,
    Team,
)
from .quotes import Quotes
from .review import (
    Answer,
    FiredTrigger,
    LastIssue,
    OldPack,
    Review,
    ReviewedAction,
    ReviewedPoint,
    Week,
)
from .scope import Filter, Period, Scope
from .words import Kind, Threshold, Unknown
from .workshop import Belief, Beliefs, Constraint, FailingPart, Objective

__all__ = [
    "Action", "Answer", "Appendix", "Badge", "Basis", "Belief", "Beliefs", "Blueprint",
    "BlueprintStep", "Brief", "Changes", "Constraint", "Coverage", "Cut", "Cuts", "Definition",
    "Delta", "Fact", "FailingPart", "Fates", "Filter", "FiredTrigger", "Group", "Hint", "HourCell",
    "JourneyMap", "Kind", "LastIssue", "Late", "Matched", "Mood", "Objective", "OldPack", "Overlap",
    "PackData", "PainPoint",
    "Path", "Period", "Personas", "Place", "PointChange", "PointTotal", "Policy", "Quotes",
    "Ranked", "ResponseBias", "ResponseRate", "Rest", "Review",
    "ReviewedAction", "ReviewedPoint", "RuleCount", "Scope", "Seat",
    "Segment", "Share", "Span", "Split", "Step", "Team", "Threshold", "Trait", "Trigger",
    "Triggers", "Unknown", "Week",
]
