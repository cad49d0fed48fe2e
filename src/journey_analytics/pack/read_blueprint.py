"""Service blueprints of pain points, from the journeys they hit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from . import words
from .asking import Questions, Row
from .claims import Number
from .model import Blueprint, BlueprintStep, PainPoint, Share

#: Things that one cell lists, and the share of the step's journeys below which one is too rare.
MOST_LISTED, LEAST_SHARE = 3, 0.1


def read_blueprints(ask: Questions, points: Sequence[PainPoint]) -> tuple[Blueprint, ...]:
    """Return the blueprint of each pain point whose journeys pass at least one step."""
    columns: dict[int, list[Row]] = defaultdict(list)
    for row in ask.ask("blueprint_times"):
        columns[row["rank"]].append(row)
    cells: dict[tuple[int, str, str], list[Row]] = defaultdict(list)
    for row in ask.ask("blueprint"):
        cells[row["rank"], row["step"], row["lane"]].append(row)

    def listed(column: Row, lane: str) -> tuple[Share, ...]:
        found: list[Share] = []
        for row in cells[column["rank"], column["step"], lane]:
            name = _name(row)
            is_rare = row["journeys"] < LEAST_SHARE * column["journeys"]
            if name and not is_rare and name not in [s.name for s in found]:
                found.append(Share(name, row.number("journeys"), row.rate(
                    "journeys", column["journeys"], "whole_percent")))
        return tuple(found[:MOST_LISTED])

    return tuple(
        Blueprint(point, tuple(BlueprintStep(
            name=c["step"], title=words.STEP_TITLES[c["step"]], is_hit=c["step"] == point.step,
            share=c.rate("journeys", c["journeys_hit"], "whole_percent"), after=_after(c),
            customer=listed(c, "customer"), front=listed(c, "front"), back=listed(c, "back"),
            systems=listed(c, "system")) for c in columns[point.rank]))
        for point in points if columns[point.rank])


def _after(column: Row) -> Number:
    return column.number("after_ms", "rough_duration", n=column["told_by"], interval=True)


def _name(row: Row) -> str:
    """Return what stands in a cell, in words; empty for what another lane tells."""
    name = str(row["name"])
    match row["kind"]:
        case "doing":
            step, kind, actor, _ = words.words_from_token(name)
            return words.touchpoint_name(step, kind, actor)
        case "team":
            return words.clean(name)
        case "bot":
            return f"bot, {words.channel_name(name)}"
        case "automatic":
            return f"automatic, {words.channel_name(name)}"
        case "queue":
            return words.queue_name(name)
        case "from":
            return f"hands over from {words.queue_name(name)}"
        case "handoff":
            return f"moves to {words.queue_name(name)}"
        case "status":
            return {"agent": "changes the status", "system": "changes the status automatically"
                    }.get(name, "")
    return words.clean(name)
