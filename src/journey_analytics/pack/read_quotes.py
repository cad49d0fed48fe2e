"""Reads the quotes of the worst pain points: approved ones as text, the others as a count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ..settings_tables import QUOTE_GROUP
from .asking import Questions, Row
from .claims import Number
from .model import PainPoint, Quotes
from .quotes import is_approved, read_approved


def read_quotes(
    ask: Questions, project: Path, points: Sequence[PainPoint]
) -> tuple[PainPoint, ...]:
    """Return the pain points with their quotes; groups below the limit of quotes have none."""
    approved, _ = read_approved(project)
    rows: dict[int, list[Row]] = defaultdict(list)
    for row in ask.ask("point_quotes") if ask.has("quotes") else ():
        rows[row["rank"]].append(row)
    found = []
    for point in points:
        mine = rows[point.rank]
        if not mine or (point.persons.value or 0) < QUOTE_GROUP:
            found.append(point)
            continue
        good = [r for r in mine if is_approved(r["quote_id"], r["touchpoint_key"], approved)]
        texts = tuple(approved[r["quote_id"]] for r in good)
        held = Number(len(mine) - len(texts), "count", "point_quotes", str(point.rank), "held")
        found.append(replace(point, quotes=Quotes(
            texts, held, min((r["said_on"] for r in good), default=None))))
    return tuple(found)
