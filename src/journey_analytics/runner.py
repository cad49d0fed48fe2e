"""Runs the SQL models in order, aside from what is published, and audits the result.

Nothing here knows what a model is about: headers say what to read, where rows go and which solver
they pass through.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa
from threadpoolctl import threadpool_limits

from .engines import DuckDBEngine, SparkEngine
from .errors import AuditError, JourneyError, SettingsError, raise_all
from .models import (
    Model,
    Parameter,
    Statement,
    in_order,
    load_audits,
    load_models,
    statement,
)

Solver = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True, slots=True)
class Built:
    """One table that a run made, with what it took."""

    table: str
    folder: str
    seconds: float
    rows: int | None


@dataclass(frozen=True, slots=True)
class Work:
    """What a run gives to the models.

    Attributes
    ----------
    params
        Values of the models' parameters.
    solvers
        Functions by the name that headers use; each turns a query's rows into the table's rows.
    given
        Tables that exist already: canonical tables and settings as tables.
    tonight
        Given tables that exist in a second form ``tonight_<name>``, narrowed to the persons
        that are rebuilt; empty for a full build.
    prepared
        Tables that were made before and are not built by their models.
    """

    params: Mapping[str, Parameter]
    solvers: Mapping[str, Solver]
    given: frozenset[str]
    tonight: frozenset[str] = frozenset()
    prepared: frozenset[str] = frozenset()


def build(
    engine: DuckDBEngine | SparkEngine, work: Work, progress: Callable[[str], None],
    models: Sequence[Model] | None = None,
) -> list[Built]:
    """Build every model's table, each after what it reads.

    In a night, models ``per: person`` read and make the tables called ``tonight_<name>``; rows of
    the persons in ``night_persons`` are then replaced in what is published. Aggregates are made
    anew from the whole.

    Parameters
    ----------
    progress
        Called with each table's name before it is built.

    Returns
    -------
    list of Built
        Tables in the order they were made.
    """
    models = models if models is not None else load_models()
    narrowed = _narrowed(models, work)
    whole = {name for m in models if not m.per_person for name in m.inputs}
    built: list[Built] = []
    for table, group in in_order(models, work.given):
        progress(table)
        started = time.perf_counter()
        rows = _build_table(engine, table, group, work, narrowed, table in whole)
        built.append(Built(table, group[0].path.parent.name, time.perf_counter() - started, rows))
    return built


def _narrowed(models: Sequence[Model], work: Work) -> dict[str, str]:
    """Return the names that tables of single persons have in a night."""
    if not work.tonight:
        return {}
    own = {m.table for m in models if m.per_person}
    return {name: f"tonight_{name}" for name in own | work.tonight}


def _build_table(
    engine: DuckDBEngine | SparkEngine, table: str, group: list[Model], work: Work,
    narrowed: dict[str, str], read_whole: bool,
) -> int | None:
    first = group[0]
    published = next((m.published for m in group if m.published), "")
    narrow = first.per_person and bool(narrowed)
    target = narrowed[table] if narrow else table
    try:
        if table in work.prepared:
            if published:
                columns = first.query.named_selects
                engine.materialize(table, Statement(f"FROM {table}", tuple(columns)), True)
        elif first.solve:
            if first.solve not in work.solvers:
                raise SettingsError(str(first.path), "no such solver", found=first.solve,
                                    allowed=", ".join(sorted(work.solvers)))
            read = statement(group, work.params, narrowed if narrow else {})
            # Small matrices: more threads only wait for each other, and take the core from others.
            with threadpool_limits(1):
                engine.register(target, work.solvers[first.solve](engine.query(read.text)))
        else:
            if narrow:
                engine.materialize(target, statement(group, work.params, narrowed),
                                   view=first.stored == "view")
            if not narrow or (read_whole and first.stored == "view"):
                engine.materialize(table, statement(group, work.params, {}), bool(published),
                                   view=first.stored == "view")
    except SettingsError:
        raise
    except JourneyError as error:
        raise type(error)(f"model {table} ({first.path.name})", str(error)) from error
    if published and narrow and isinstance(engine, DuckDBEngine):  # nights are DuckDB's
        engine.replace_rows(table, "person_key", "night_persons", target)
    elif published:
        engine.comment(table, published, {n: c for m in group for n, c in m.comments.items()})
    if first.stored == "view" or (table in work.prepared and not published):
        return None
    return engine.count(target)


def audit(engine: DuckDBEngine, work: Work, models: Sequence[Model] | None = None) -> int:
    """Hold every promise against the built tables; raise with the first rows that break one.

    Besides the audits' own files, the key of every stored model must name one row. A night holds
    its promises against the persons it rebuilt, and that none of its keys stands elsewhere too.

    Returns
    -------
    int
        Number of promises that were held.

    Raises
    ------
    AuditError
        With up to five rows for each broken promise.
    """
    models = models if models is not None else load_models()
    narrowed = _narrowed(models, work)
    broken: list[JourneyError] = []
    checks = [(a.path.stem, statement([a], work.params, narrowed).text) for a in load_audits()]
    for table, group in in_order(models, work.given):
        unbuilt = table in work.prepared and not any(m.published for m in group)
        if group[0].stored != "table" or unbuilt:
            continue
        keys = group[0].key
        narrow = group[0].per_person and bool(narrowed)
        checks.append((f"{table}: its key names one row",
                       _key_check(narrowed[table] if narrow else table, keys)))
        if narrow and any(m.published for m in group):
            checks.append((f"{table}: no key of tonight stands elsewhere",
                           _key_check(table, keys, within=narrowed[table])))
    for promise, query in checks:
        rows = engine.rows(f"SELECT * FROM ({query}) LIMIT 5")
        if rows:
            count = engine.value(f"SELECT count(*) FROM ({query})")
            broken.append(AuditError(
                f"audit '{promise}'", "a promise does not hold; nothing was published",
                found=f"{count} rows, for instance {rows}",
                remedy="Please report this; last night's warehouse stays as it is."))
    raise_all(broken)
    return len(checks)


def _key_check(table: str, key: tuple[str, ...], within: str = "") -> str:
    columns = ", ".join(f'"{name}"' for name in key)
    chosen = f'WHERE "{key[0]}" IN (SELECT "{key[0]}" FROM "{within}")' if within else ""
    return (f'SELECT {columns}, count(*) AS times FROM "{table}" {chosen} '
            f"GROUP BY {columns} HAVING count(*) > 1")
