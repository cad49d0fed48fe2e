"""Finds the SQL models, reads their headers and puts them in order.

A model is one file with one SELECT. Its header says what a row is (``grain``), what names a row
(``key``), what it reads (``inputs``, ``params``) and why; a header that does not say what the
query does is an error, so it can be believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from pathlib import Path

import sqlglot
from sqlglot import exp

from .errors import SettingsError, did_you_mean

DIALECT = "duckdb"
FOLDERS = (
    "10_staging", "20_identity", "30_touchpoints", "40_journeys", "50_moments",
    "55_emotions", "60_pain_points", "65_personas", "70_metrics",
    "80_monitoring",
)
_HEADER = re.compile(r"--\s*(model|into|audit|adapter|table|grain|key|inputs|params|per|unit"
                     r"|published|solve|stored|stream|times|units|optional|ignore|refers)"
                     r"\s*:\s*(.*)")
_REQUIRED = {
    "model": ("grain", "key", "inputs", "per"),
    "into": ("grain", "key", "inputs", "per"),
    "audit": ("inputs",),
}
@dataclass(frozen=True, slots=True)
class ByFamily:
    """A parameter that some reason families override; the query has a column reason_family."""

    default: timedelta
    families: tuple[tuple[str, timedelta], ...]


Parameter = int | float | str | datetime | timedelta | ByFamily


@dataclass(frozen=True, slots=True)
class Model:
    """One SQL file.

    Attributes
    ----------
    table
        The table it makes; several ``-- into`` files share one, as a union.
    role
        ``model``, ``into`` or ``audit``.
    query
        The parsed SELECT, parameters still open.
    inputs, params
        Tables and parameters the query reads, as its header says and the query proves.
    published
        What the table is, for those who read the warehouse; empty for working tables.
    solve
        Name of a solver the rows go through before they are stored (``connected_components``).
    stored
        ``table`` or ``view``.
    comments
        What each column means, from the comments beside the final SELECT.
    """

    path: Path
    table: str
    role: str
    query: exp.Query
    headers: Mapping[str, tuple[str, ...]]
    inputs: frozenset[str]
    params: frozenset[str]
    published: str = ""
    solve: str = ""
    stored: str = "table"
    comments: Mapping[str, str] = field(default_factory=dict)

    @property
    def per_person(self) -> bool:
        """Whether rows are one person's own, or an aggregate over all."""
        return self.headers.get("per", ("",))[0] == "person"

    @property
    def key(self) -> tuple[str, ...]:
        """Columns that name a row."""
        return _names(self.headers.get("key", ()))


def sql_folder() -> Path:
    """Return the folder of the shipped SQL: inside the wheel, else beside ``src``."""
    return shipped("sql")


def shipped(name: str) -> Path:
    """Return a folder that ships with the package (``sql``, ``sample_project``), wherever it lies.

    An editable install leaves no copy inside the package, so the checkout's own is taken.
    """
    inside = Path(str(files("journey_analytics") / name))
    beside = Path(__file__).parents[2] / {"sample_project": "data/sample"}.get(name, name)
    for folder in (inside, beside):
        if folder.is_dir():
            return folder
    raise SettingsError(
        "journey_analytics", f"its folder '{name}' is missing",
        found=f"neither {inside} nor {beside}", remedy="Install the package again.",
    )


def read_header(path: Path, text: str) -> dict[str, tuple[str, ...]]:
    """Return the header's entries by name; an entry may stand more than once."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        entry = _HEADER.match(line)
        if entry:
            found.setdefault(entry[1], []).append(entry[2].strip())
    if not found:
        raise SettingsError(str(path), "no header", remedy="Start the file with '-- model: name'.")
    return {name: tuple(values) for name, values in found.items()}


def parse(path: Path, text: str) -> exp.Query:
    """Return the file's one SELECT."""
    try:
        statements = [s for s in sqlglot.parse(text, dialect=DIALECT) if s is not None]
    except sqlglot.errors.ParseError as error:
        first = error.errors[0] if error.errors else {}
        raise SettingsError(
            f"{path}:{first.get('line', 1)}", f"not readable as SQL: {first.get('description')}"
        ) from None
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise SettingsError(str(path), "a model is one SELECT", found=f"{len(statements)}")
    return statements[0]


def tables_read(query: exp.Expr) -> frozenset[str]:
    """Return the tables a query reads; names of its own CTEs are not among them."""
    ctes = {cte.alias for cte in query.find_all(exp.CTE)}
    return frozenset(t.name for t in query.find_all(exp.Table) if t.name not in ctes)


def load_model(path: Path) -> Model:
    """Read one model or audit and hold its header against its query."""
    text = path.read_text(encoding="utf-8")
    headers = read_header(path, text)
    query = parse(path, text)
    role = next((r for r in _REQUIRED if r in headers), "")
    if not role:
        raise SettingsError(str(path), "the header names no '-- model', '-- into' or '-- audit'")
    missing = [name for name in _REQUIRED[role] if not headers.get(name, ("",))[0]]
    if missing:
        raise SettingsError(str(path), "the header lacks an entry", found=", ".join(missing))
    if role != "into" and headers[role][0] != path.stem:
        raise SettingsError(str(path), "the file is not named after its model",
                            found=headers[role][0], allowed=path.stem)
    inputs = tables_read(query)
    params = frozenset(p.name for p in query.find_all(exp.Placeholder))
    for name, real in (("inputs", inputs), ("params", params)):
        declared = frozenset(_names(headers.get(name, ()))) - {"none"}
        if declared != real:
            raise SettingsError(
                str(path), f"header and query disagree on {name}",
                found=", ".join(sorted(declared)) or "none", allowed=", ".join(sorted(real)),
                remedy=f"Correct the line '-- {name}:'.",
            )
    return Model(
        path, headers[role][0], role, query, headers, inputs, params,
        published=" ".join(headers.get("published", ())),
        solve=headers.get("solve", ("",))[0], stored=headers.get("stored", ("table",))[0],
        comments=column_comments(query),
    )


@cache
def load_models(folder: Path | None = None) -> tuple[Model, ...]:
    """Read every model of the shipped folders (or of a folder of one's own), in file order.

    Read once in a process: parsing takes longer than running them on a small project.
    """
    root = folder or sql_folder()
    return tuple(load_model(p) for name in FOLDERS for p in sorted((root / name).glob("*.sql")))


@cache
def load_audits(folder: Path | None = None) -> tuple[Model, ...]:
    """Read the audits: each returns the rows that break a promise."""
    return tuple(load_model(p) for p in sorted(((folder or sql_folder()) / "audits").glob("*.sql")))


def in_order(models: Iterable[Model], given: Iterable[str]) -> list[tuple[str, list[Model]]]:
    """Return tables with their models, each after everything it reads.

    Parameters
    ----------
    given
        Tables that exist before the first model runs.
    """
    by_table: dict[str, list[Model]] = {}
    for model in models:
        by_table.setdefault(model.table, []).append(model)
    known = set(given) | set(by_table)
    for model in (m for group in by_table.values() for m in group):
        for name in sorted(model.inputs - known):
            raise SettingsError(str(model.path), "reads a table that no model makes", found=name,
                                remedy=did_you_mean(name, sorted(known)))
    graph = {
        table: sorted({i for m in group for i in m.inputs if i in by_table})
        for table, group in sorted(by_table.items())
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise SettingsError("sql", "models wait for each other",
                            found=" -> ".join(error.args[1])) from None
    return [(table, by_table[table]) for table in order]


def union(models: Sequence[Model]) -> exp.Query:
    """Return a new query for a table: its model, or the union of its ``-- into`` files by column.

    The first file gives names and order; every other file must have the same.
    """
    names = models[0].query.named_selects
    for model in models[1:]:
        if model.query.named_selects != names:
            raise SettingsError(
                str(model.path), f"not the columns of '{model.table}'",
                found=", ".join(model.query.named_selects), allowed=", ".join(names),
            )
    if len(models) == 1:
        return models[0].query.copy()
    columns = [exp.column(name, quoted=True) for name in names]
    parts = [exp.select(*columns).from_(m.query.copy().subquery("part")) for m in models]
    combined: exp.Query = parts[0]
    for part in parts[1:]:
        combined = exp.union(combined, part, distinct=False)
    return combined


@dataclass(frozen=True, slots=True)
class Statement:
    """A SELECT ready to run: its text and the names of its columns."""

    text: str
    columns: tuple[str, ...]


_STATEMENTS: dict[tuple[object, ...], Statement] = {}


def statement(
    group: Sequence[Model], params: Mapping[str, Parameter], names: Mapping[str, str]
) -> Statement:
    """Return the SELECT of a table, parameters put in and tables renamed.

    Writing SQL from syntax trees takes longer than running it on a small project, so a process
    keeps what it wrote.
    """
    used = {n: params.get(n) for m in group for n in m.params}
    renamed = {n: names[n] for m in group for n in m.inputs if n in names}
    key = (*(m.path for m in group), *sorted(used.items()), *sorted(renamed.items()))
    if key not in _STATEMENTS:
        query = rename(bind(union(group), params), names)
        _STATEMENTS[key] = Statement(query.sql(dialect=DIALECT, comments=False),
                                     tuple(query.named_selects))
    return _STATEMENTS[key]


def bind(query: exp.Query, params: Mapping[str, Parameter]) -> exp.Query:
    """Put parameters into a query (in place) as literals of the syntax tree, never as text."""
    for node in list(query.find_all(exp.Placeholder)):
        if node.name not in params:
            raise SettingsError("sql", f"no parameter '{node.name}'",
                                remedy=did_you_mean(node.name, sorted(params)))
        node.replace(_literal(params[node.name]))
    return query


def _literal(value: Parameter) -> exp.Expr:
    if isinstance(value, datetime):
        text = value.replace(tzinfo=None).isoformat(sep=" ")
        return exp.cast(exp.Literal.string(text), "timestamp")
    if isinstance(value, ByFamily):
        chosen = exp.Case(default=_literal(value.default))
        for family, own in value.families:
            chosen = chosen.when(exp.column("reason_family").eq(family), _literal(own))
        return exp.paren(chosen)
    if isinstance(value, timedelta):
        return exp.Interval(this=exp.Literal.string(str(int(value.total_seconds()))),
                            unit=exp.Var(this="SECOND"))
    return exp.convert(value)


def literal_sql(value: Parameter) -> str:
    """Return a parameter as it stands in a query."""
    return _literal(value).sql(dialect=DIALECT)


def rename(query: exp.Query, names: Mapping[str, str]) -> exp.Query:
    """Have a query (in place) read other tables under the old aliases."""
    ctes = {cte.alias for cte in query.find_all(exp.CTE)}
    for table in list(query.find_all(exp.Table)):
        if table.name in names and table.name not in ctes:
            alias = table.alias or table.name
            table.replace(exp.to_table(names[table.name]).as_(alias, table=True))
    return query


def column_comments(query: exp.Query) -> dict[str, str]:
    """Return the comment beside each column of the final SELECT, where there is one."""
    found: dict[str, str] = {}
    for column in query.selects:
        texts = [t.strip() for node in column.walk() for t in node.comments or []]
        if texts:
            found[column.alias_or_name] = " ".join(texts)
    return found


def _names(entries: Iterable[str]) -> tuple[str, ...]:
    return tuple(n for entry in entries for n in re.split(r"[,\s]+", entry) if n)
