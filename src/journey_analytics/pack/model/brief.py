"""The brief: what stands out, and who should be in the room."""

from __future__ import annotations

from dataclasses import dataclass

from .points import PainPoint


@dataclass(frozen=True, slots=True)
class Seat:
    """A team that dealt with the contacts behind findings, and these."""

    team: str
    findings: tuple[PainPoint, ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """What stands out, at most three pain points, and who dealt with them.

    Attributes
    ----------
    are_clear
        Whether the findings can be told from chance.
    """

    findings: tuple[PainPoint, ...]
    are_clear: bool
    room: tuple[Seat, ...]
