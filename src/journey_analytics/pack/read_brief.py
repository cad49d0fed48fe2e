"""The brief of a pack, from the pain points with a card."""

from __future__ import annotations

from collections.abc import Sequence

from .model import Brief, PainPoint, Seat

FINDINGS = 3
#: A team that dealt with fewer of the contacts need not be there for them.
MAIN_SHARE = 0.2


def read_brief(points: Sequence[PainPoint]) -> Brief:
    """Return what stands out: the worst that are clear and no other's shadow, else the worst.

    In the room should be the teams that dealt with them; where no source names teams, their
    queues.
    """
    hurting = [p for p in points if p.burden.value]
    clear = [p for p in hurting if p.is_clear and p.overlap is None]
    findings = tuple((clear or hurting)[:FINDINGS])
    seats: dict[str, list[PainPoint]] = {}
    for point in findings:
        main = [t.name for t in point.teams if (t.share.value or 0.0) >= MAIN_SHARE]
        for name in main or [point.queue]:
            if name:
                seats.setdefault(name, []).append(point)
    return Brief(findings, bool(clear), tuple(Seat(t, tuple(p)) for t, p in seats.items()))
