"""Reads one published warehouse into the model of the pack."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from pathlib import Path
from zoneinfo import ZoneInfo

from ..engines import Published
from ..settings import Settings
from . import words
from .asking import Questions
from .definitions import read_kinds, read_thresholds, thresholds_of_kinds
from .model import PackData, RuleCount, Unknown
from .read_map import read_map
from .read_points import TOP, read_basis, read_points
from .read_scope import read_scope


def parameters(settings: Settings) -> dict[str, object]:
    """Return the parameters that the pack's questions name."""
    return {
        "wait_ms": settings.thresholds.wait_seconds * 1000, "top": TOP,
        "zone": settings.project.timezone, "min_group": settings.privacy.min_group,
    }


def read_pack_data(project: Path, settings: Settings) -> PackData:
    """Return everything a pack prints, from the published file alone.

    Parameters
    ----------
    project
        Folder of the project; its ``warehouse/journeys.duckdb`` is opened read-only.
    settings
        Its settings: name, zone of printed times, thresholds, smallest group shown.
    """
    min_group = settings.privacy.min_group
    with Published(project / "warehouse" / "journeys.duckdb") as warehouse:
        ask = Questions(warehouse.connection, parameters(settings))
        totals, run = ask.one("totals"), ask.one("last_run")
        kinds = {str(r["kind"]): r for r in ask.ask("moment_kinds")}
        rows = ask.ask("pain_points")
        basis = read_basis(rows)
        points, others = read_points(
            ask, rows, kinds, thresholds_of_kinds(settings), basis, min_group)
        blind = tuple(Unknown(r["subject"], r["because"]) for r in ask.ask("blind_spots"))
        answered = totals.rate("journeys_answered", totals["journeys_with_contact"])
        few_answered = 0 < totals["persons_answered"] < min_group
        too_small = totals["active_persons"] < min_group
        return PackData(
            project=words.clean(settings.project.name), zone=settings.project.timezone,
            as_of=run["as_of"].replace(tzinfo=UTC).astimezone(ZoneInfo(settings.project.timezone)),
            version=run["program_version"], min_group=min_group, is_too_small=too_small,
            basis=basis, scope=read_scope(ask, totals, min_group),
            journey_map=None if too_small else read_map(
                ask, totals, points, others, basis, blind, min_group),
            points=points, others=others, blind=blind,
            not_ranked=tuple(RuleCount("not ranked", r["because"], r.number("points"))
                             for r in ask.ask("not_ranked")),
            warnings=tuple(_warning(w, project) for w in run["warnings"]),
            answered=replace(answered, value=None, floor=min_group) if few_answered else answered,
            kinds=read_kinds(kinds, settings), thresholds=read_thresholds(settings),
        )


def _warning(text: str, project: Path) -> str:
    """Return a warning without the folder it was found in: that is nobody else's business."""
    for folder in (project.resolve(), project):
        text = text.replace(f"{folder}/", "").replace(str(folder), "the project's folder")
    line = " ".join(text.split())
    return line if len(line) <= 400 else f"{line[:399]}…"
