"""Which records a look-up's rows reach, so that a night rebuilds these and not the whole source.

An index of the names in records is kept from run to run (``state.reference_index``), so that a new
row of ``users`` finds the tickets that name it.
"""

from __future__ import annotations

from ..engines import DuckDBEngine
from .arriving import literal, quoted
from .references import Reference


def _name(text: str) -> str:
    """Return SQL for the number of a name; it is kept, so no hash that a version may change."""
    return f"md5_number_lower({text})"


def index_records(
    engine: DuckDBEngine, source: str, table: str, reference: Reference, view: str,
    since: int | None,
) -> None:
    """Note by which names new records can be found; all records where nothing was built before."""
    number = reference.number(source, table)
    new = "true" if since is None else f"_file > {since}"
    if since is None:
        engine.execute(f"DELETE FROM state.reference_index WHERE reference = {number}")
    named = (f"SELECT record_key, {reference.value} AS x FROM {view} "
             f"AS {quoted(reference.stream)} WHERE {new}")
    is_list = str(engine.rows(f"DESCRIBE {named}")[1][1]).endswith("[]")
    engine.execute(
        f"INSERT INTO state.reference_index SELECT DISTINCT {number}, {_name('x')}, record_key "
        f"FROM (SELECT record_key, {'unnest(x)' if is_list else 'x'} AS x FROM ({named})) "
        f"WHERE x IS NOT NULL")


def reached(
    engine: DuckDBEngine, source: str, table: str, reference: Reference, view: str
) -> int:
    """Add to ``touched`` the records that name touched rows of the look-up; return how many."""
    before = int(engine.value("SELECT count(*) FROM touched"))
    engine.execute(
        f"INSERT INTO touched SELECT DISTINCT {literal(reference.stream)}, record_key "
        f"FROM state.reference_index WHERE reference = {reference.number(source, table)} "
        f"AND name IN (SELECT {_name(quoted(reference.column))} FROM {view} WHERE record_key IN "
        f"(SELECT record_key FROM touched WHERE stream = {literal(reference.lookup)})) "
        f"AND record_key NOT IN (SELECT record_key FROM touched)")
    return int(engine.value("SELECT count(*) FROM touched")) - before


def named_in_scope(source: str, table: str, references: list[Reference]) -> str:
    """Return a condition that a look-up's row is named by a record in ``scope``."""
    numbers = ", ".join(str(r.number(source, table)) for r in references)
    columns = {r.column for r in references}
    tests = [f"{_name(quoted(c))} IN (SELECT name FROM state.reference_index WHERE reference IN "
             f"({numbers}) AND record_key IN (SELECT record_key FROM scope))" for c in columns]
    return "(" + " OR ".join(tests) + ")"
