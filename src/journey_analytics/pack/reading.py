"""Reads one published warehouse into the model of the pack."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from ..settings import Settings
from ..settings_packs import PackScope
from . import words
from .asking import Questions, Row
from .claims import Number
from .definitions import (
    read_expectations,
    read_kinds,
    read_thresholds,
    settings_tables,
    thresholds_of_kinds,
)
from .issues import Issue
from .model import Changes, PackData, RuleCount, Unknown
from .read_appendix import read_appendix
from .read_blueprint import read_blueprints
from .read_brief import FINDINGS, read_brief
from .read_change import read_changes
from .read_coverage import read_coverage
from .read_gaps import read_gaps
from .read_map import read_map
from .read_monitoring import read_actions, read_late, read_triggers
from .read_personas import read_personas
from .read_points import TOP, read_basis, read_cuts, read_points, read_totals
from .read_quotes import read_quotes
from .read_review import issue_before, read_review
from .read_scope import read_scope
from .read_workshop import read_beliefs, read_front_line, read_future, with_objectives
from .scoping import Solvers, opened


def parameters(settings: Settings) -> dict[str, object]:
    """Return the parameters that the pack's questions name."""
    return {
        "wait_ms": settings.thresholds.wait_seconds * 1000, "top": TOP,
        "zone": settings.project.timezone, "min_group": settings.privacy.min_group,
    }


def read_pack_data(
    project: Path, settings: Settings, scope: PackScope | None = None,
    solvers: Solvers | None = None, version: int | None = None,
) -> PackData:
    """Return everything a pack prints, from the published file and the pack's own issues.

    Parameters
    ----------
    project
        Folder of the project; its ``warehouse/journeys.duckdb`` is opened read-only.
    settings
        Its settings: name, zone of printed times, thresholds, smallest group shown.
    scope
        What the pack is about; left out: everything.
    solvers
        Functions that rank pain points (``pipeline.SOLVERS``); only a narrower scope needs them.
    version
        Number of the issue it becomes; None: it is a draft.
    """
    scope, solvers = scope or PackScope(), solvers or {}
    published = project / "warehouse" / "journeys.duckdb"
    with opened(published, settings, scope, solvers) as connection:
        ask = Questions(connection, parameters(settings))
        data = _read(ask, project, settings, scope, version)
        before = issue_before(project, settings, scope)
        since_issue = _since_issue(before[1], ask) if before else None
        if scope.length == "review":
            data = replace(data, review=read_review(
                ask, project, settings, data.actions, data.as_of.date(), before))
    compared = None
    if scope.compares and not data.is_too_small:
        with opened(published, settings, scope.before(), solvers) as connection:
            other = Questions(connection, parameters(settings), "before_")
            compared = _compared(other, ask, settings.privacy.min_group)
            ask.answers |= other.answers
    data = replace(data, gaps=read_gaps(ask, data))
    return replace(data, since_issue=since_issue, compared=compared, tables=ask.answers)


def _read(
    ask: Questions, project: Path, settings: Settings, scope: PackScope, version: int | None,
) -> PackData:
    min_group = settings.privacy.min_group
    totals, run = ask.one("totals"), ask.one("last_run")
    kinds = _kinds(ask)
    rows = ask.ask("pain_points")
    basis = read_basis(ask)
    ranked = ask.one("ranked")
    ask.answers |= settings_tables(settings)
    points, others = read_points(
        ask, rows, kinds, thresholds_of_kinds(settings), basis, min_group)
    points = with_objectives(ask, read_quotes(ask, project, points))
    blind = tuple(Unknown(r["subject"], r["because"]) for r in ask.ask("blind_spots"))
    answered = totals.rate("journeys_answered", totals["journeys_with_contact"])
    few_answered = 0 < totals["persons_answered"] < min_group
    too_small = totals["active_persons"] < min_group
    return PackData(
        project=words.clean(settings.project.name), zone=settings.project.timezone,
        as_of=run["as_of"].replace(tzinfo=UTC).astimezone(ZoneInfo(settings.project.timezone)),
        version=run["program_version"], min_group=min_group,
        settings_digest=sha256(settings.model_dump_json(exclude={"machine"}).encode()).hexdigest(),
        floor=Number(min_group, "count", "settings", "privacy", "min_group"),
        is_too_small=too_small,
        basis=basis, scope=read_scope(scope, version),
        coverage=read_coverage(ask, totals, min_group),
        brief=read_brief(points), personas=read_personas(ask, kinds), gaps=(),
        appendix=read_appendix(ask),
        journey_map=None if too_small else read_map(
            ask, totals, points, others, basis, blind, read_expectations(settings), min_group),
        points=points, others=others, blind=blind,
        carded=ranked.number("carded"), ranked=ranked.number("ranked"),
        totals=read_totals(ask, kinds),
        not_ranked=tuple(RuleCount("not ranked", r["because"], r.number("points"))
                         for r in ask.ask("not_ranked")),
        warnings=tuple(_warning(w, project) for w in run["warnings"]),
        answered=replace(answered, value=None, floor=min_group) if few_answered else answered,
        kinds=read_kinds(kinds, settings), thresholds=read_thresholds(settings),
        beliefs=read_beliefs(ask, kinds), future=read_future(ask),
        observations=read_front_line(project, settings),
        blueprints=read_blueprints(ask, points[:FINDINGS]),
        triggers=read_triggers(ask), actions=read_actions(ask, (*points, *others)),
        late=read_late(ask), cuts=read_cuts(ask, basis),
    )


def _kinds(ask: Questions) -> dict[str, Row]:
    return {str(r["kind"]): r for r in ask.ask("moment_kinds")}


def _since_issue(last: Issue, ask: Questions) -> Changes:
    sizes, points = last.rows()
    ask.answers |= {"last_issue_totals": [sizes], "last_issue": points}
    kinds = {r.key: r for r in ask.answers["moment_kinds"]}
    return read_changes(
        (sizes, points), (ask.answers["totals"][0], ask.answers["pain_points"]), kinds,
        version=Number(last.version, "count", "last_issue_totals", "all", "version"))


def _compared(before: Questions, ask: Questions, min_group: int) -> Changes | None:
    totals, points = before.one("totals"), before.ask("pain_points")
    if totals["active_persons"] < min_group:
        return None
    kinds = {r.key: r for r in ask.answers["moment_kinds"]}
    return read_changes((totals, points), (ask.answers["totals"][0], ask.answers["pain_points"]),
                        kinds)


def _warning(text: str, project: Path) -> str:
    """Return a warning without the folder it was found in: that is nobody else's business."""
    for folder in (project.resolve(), project):
        text = text.replace(f"{folder}/", "").replace(str(folder), "the project's folder")
    line = " ".join(text.split())
    return line if len(line) <= 400 else f"{line[:399]}…"
