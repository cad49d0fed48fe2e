"""Opens a published warehouse narrowed to what a pack is about.

Pain points inside a scope are not a selection of the whole ranking: the same models and solvers
that ranked the whole are run again on the scope's journeys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .. import runner, settings_tables
from ..engines import Published
from ..engines.narrowed import NarrowedEngine
from ..errors import SettingsError, did_you_mean
from ..models import load_models
from ..settings import Settings
from ..settings_packs import PackScope

Solvers = Mapping[str, runner.Solver]
#: Folders whose aggregates over all persons are made again inside a scope.
AGAIN = ("60_pain_points",)
_PERSONAS = """(SELECT p.person_key, n.name FROM whole.person_personas AS p
    JOIN whole.persona_names AS n ON p.persona = n.persona
    WHERE n.last_run = (SELECT max(run_no) FROM whole.runs))"""
#: What narrows a scope: rows with the key of a journey or a person, and the column that names it.
#: A persona is called by the name that lasts.
_PLACES = {
    "reason": ("whole.journeys", "reason"), "family": ("whole.journeys", "reason_family"),
    "stage": ("whole.journeys", "stage"), "entry_channel": ("whole.journeys", "entry_channel"),
    "persona": (_PERSONAS, "name"), "segment": ("whole.person_segments", "segment"),
}


@contextmanager
def opened(
    published: Path, settings: Settings, scope: PackScope, solvers: Solvers,
) -> Iterator[Any]:
    """Open what a scope is about as a connection with the tables of a published file.

    Parameters
    ----------
    published
        The published file; read only.
    solvers
        Functions that the models' headers name (``pipeline.SOLVERS``).

    Raises
    ------
    SettingsError
        The scope names a persona, segment, reason or stage that the data does not have.
    """
    if not scope.narrows:
        with Published(published) as warehouse:
            yield warehouse.connection
        return
    engine = NarrowedEngine(published, settings.machine.memory_limit, settings.machine.threads)
    try:
        engine.narrow(*_query(engine, settings, scope))
        _must_not_single_out(engine, scope, settings.privacy.min_group)
        as_of = engine.value("SELECT max(as_of) FROM runs")
        models, given = _to_rebuild(frozenset(engine.tables()))
        work = runner.Work(settings_tables.parameters(settings, as_of), solvers, given)
        runner.build(engine, work, lambda table: None, models)
        _hold_back(engine, settings.privacy.min_group)
        yield engine.connection
    finally:
        engine.close()


def _must_not_single_out(engine: NarrowedEngine, scope: PackScope, min_group: int) -> None:
    count = "SELECT count(*) FROM {}.persons WHERE is_active"
    outside = (engine.value(count.format("whole")) - engine.value(count.format("next")))
    if 0 < outside < min_group:
        raise SettingsError(
            f"[[packs]] '{scope.name}'", f"it leaves out fewer than {min_group} persons: they "
            "could be told by subtraction", remedy="Make it about everything, or about less.")


def _hold_back(engine: NarrowedEngine, min_group: int) -> None:
    """Take the rank of pain points that tell of a small group outside the scope by subtraction."""
    engine.execute(
        "UPDATE pain_points SET rank = NULL, burden = NULL, not_ranked_because = "
        "'held back: outside this scope it hit too few to be shown' "
        "WHERE pain_point IN (SELECT p.pain_point FROM pain_points AS p JOIN whole.pain_points "
        "AS w ON p.pain_point = w.pain_point WHERE w.persons_hit - p.persons_hit "
        f"BETWEEN 1 AND {min_group - 1})")


def _to_rebuild(published: frozenset[str]) -> tuple[list[Any], frozenset[str]]:
    """Return the aggregates to be made again, and the tables they start from.

    A model that reads working tables of a run beyond these folders cannot be made again: what was
    published of it stays.
    """
    models = [m for m in load_models() if m.path.parent.name in AGAIN and not m.per_person]
    while True:
        made = {m.table for m in models}
        left = [m for m in models if m.inputs <= published | made]
        if len(left) == len(models):
            return models, published - made
        models = left


def _query(
    engine: NarrowedEngine, settings: Settings, scope: PackScope,
) -> tuple[str, list[object]]:
    """Return the query for a scope's journeys, and its values."""
    zone = settings.project.timezone
    local_day = "CAST(timezone(?, timezone('UTC', started_at)) AS DATE)"
    conditions, values = ["true"], list[object]()
    for name, (rows, column) in _PLACES.items():
        wanted = getattr(scope, name)
        if wanted is None:
            continue
        _must_exist(engine, scope, name, f"SELECT DISTINCT CAST({column} AS VARCHAR) FROM {rows}")
        key = "journey_key" if rows == "whole.journeys" else "person_key"
        conditions.append(
            f"{key} IN (SELECT {key} FROM {rows} WHERE CAST({column} AS VARCHAR) = ?)")
        values.append(wanted)
    for day, sign in ((scope.since, ">="), (scope.until, "<=")):
        if day is not None:
            conditions.append(f"{local_day} {sign} ?")
            values += [zone, day]
    return f"SELECT journey_key FROM whole.journeys WHERE {' AND '.join(conditions)}", values


def _must_exist(engine: NarrowedEngine, scope: PackScope, what: str, query: str) -> None:
    wanted = getattr(scope, what)
    known = sorted(str(word) for (word,) in engine.rows(query) if word is not None)
    if wanted not in known:
        raise SettingsError(
            f"[[packs]] '{scope.name}'", f"the data has no such {what.replace('_', ' ')}",
            found=f"'{wanted}'", allowed=", ".join(known[:20]) or "none: the data has none",
            remedy=did_you_mean(wanted, known))
