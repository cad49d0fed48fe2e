"""Runs the SQL models in order, aside from what is published, and audits the result.

Nothing here knows what a model is about: headers say what to read, where rows go and which solver
they pass through.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
from sqlglot import exp

from .engines import DuckDBEngine
from .errors import AuditError, JourneyError, SettingsError, raise_all
from .models import Model, Parameter, bind, in_order, load_audits, load_models, union

Solver = Callable[[pa.Table], pa.Table]


@dataclass(frozen=True, slots=True)
class Built:
    """One table that a run made, with what it took."""

    table: str
    folder: str
    seconds: float
    rows: int | None


def build(
    engine: DuckDBEngine, params: Mapping[str, Parameter], solvers: Mapping[str, Solver],
    given: Iterable[str], progress: Callable[[str], None], models: list[Model] | None = None,
) -> list[Built]:
    """Build every model's table, each after what it reads.

    Parameters
    ----------
    params
        Values of the models' parameters.
    solvers
        Functions by the name that headers use; each turns a query's rows into the table's rows.
    given
        Tables that exist already: canonical tables and settings as tables.
    progress
        Called with each table's name before it is built.

    Returns
    -------
    list of Built
        Tables in the order they were made.
    """
    built: list[Built] = []
    for table, group in in_order(models if models is not None else load_models(), given):
        progress(table)
        started = time.perf_counter()
        rows = _build_table(engine, table, group, params, solvers)
        built.append(Built(table, group[0].path.parent.name, time.perf_counter() - started, rows))
    return built


def _build_table(
    engine: DuckDBEngine, table: str, group: list[Model], params: Mapping[str, Parameter],
    solvers: Mapping[str, Solver],
) -> int | None:
    first = group[0]
    query = bind(union(group), params)
    published = next((m.published for m in group if m.published), "")
    try:
        if first.solve:
            if first.solve not in solvers:
                raise SettingsError(str(first.path), "no such solver", found=first.solve,
                                    allowed=", ".join(sorted(solvers)))
            engine.register(table, solvers[first.solve](engine.query(query)))
        else:
            engine.materialize(table, query, bool(published), view=first.stored == "view")
    except SettingsError:
        raise
    except JourneyError as error:
        raise type(error)(f"model {table} ({first.path.name})", str(error)) from error
    if published:
        comments = {n: c for m in group for n, c in m.comments.items()}
        engine.comment(table, published, comments)
    if first.stored == "view":
        return None
    return int(engine.value(f'SELECT count(*) FROM "{table}"'))


def audit(
    engine: DuckDBEngine, params: Mapping[str, Parameter], given: Iterable[str],
    models: list[Model] | None = None,
) -> int:
    """Hold every promise against the built tables; raise with the first rows that break one.

    Besides the audits' own files, the key of every stored model must name one row.

    Returns
    -------
    int
        Number of promises that were held.

    Raises
    ------
    AuditError
        With up to five rows for each broken promise.
    """
    broken: list[JourneyError] = []
    checks = [(a.path.stem, bind(a.query, params)) for a in load_audits()]
    for table, group in in_order(models if models is not None else load_models(), given):
        if group[0].stored == "table":
            checks.append((f"{table}: its key names one row", _key_check(table, group[0].key)))
    for promise, query in checks:
        rows = engine.rows(exp.select("*").from_(query.subquery("broken")).limit(5))
        if rows:
            count = engine.value(exp.select("count(*)").from_(query.subquery("broken")))
            broken.append(AuditError(
                f"audit '{promise}'", "a promise does not hold; nothing was published",
                found=f"{count} rows, for instance {rows}",
                remedy="Please report this; last night's warehouse stays as it is."))
    raise_all(broken)
    return len(checks)


def _key_check(table: str, key: tuple[str, ...]) -> exp.Query:
    columns = [exp.column(name, quoted=True) for name in key]
    return (exp.select(*columns, "count(*) AS times").from_(exp.to_identifier(table, quoted=True))
            .group_by(*columns).having("count(*) > 1"))

