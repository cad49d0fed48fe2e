"""Keeps forgotten persons out: what of them is delivered again is blanked before anything is built.

``state.forgotten`` holds a keyed hash of every key and unit of a forgotten person.
"""

from __future__ import annotations

from ..contracts import Column
from ..engines import DuckDBEngine
from .blanked import blank
from .casting import SourceFacts, key_cast, key_columns, key_hash, key_scope
from .manifest import file_columns, records_table
from .readers import literal, quoted

RULE = "forgotten"


def any_forgotten(engine: DuckDBEngine) -> bool:
    """Return whether anybody was forgotten in this project."""
    return bool(engine.value("SELECT count(*) FROM state.forgotten"))


def set_rows_aside(engine: DuckDBEngine, units: tuple[str, ...]) -> None:
    """Take rows of forgotten persons out of ``cast_rows``; note their records."""
    hashes = [row[0] for row in engine.rows("DESCRIBE cast_rows") if row[0].endswith("_hash")]
    test = " OR ".join(f"{column} IN (SELECT hash FROM state.forgotten)"
                       for column in dict.fromkeys((*units, "row_key", *hashes)))
    engine.execute(f"INSERT INTO forgotten_now SELECT unnest(coalesce(record_keys, [record_key])) "
                   f"FROM cast_rows WHERE {test}")
    engine.execute(f"DELETE FROM cast_rows WHERE {test}")


def blank_delivered_again(
    engine: DuckDBEngine, name: str, streams: list[str], lookups: set[str], facts: SourceFacts
) -> None:
    """Blank the records that ``set_rows_aside`` noted, and look-ups about forgotten persons."""
    engine.execute("DELETE FROM forgotten_now WHERE record_key IN (SELECT record_key FROM used)")
    for stream in streams:
        table = records_table(name, stream)
        if stream in lookups:
            columns = file_columns(engine, table)
            tests = [_is_forgotten_key(key, column, facts)
                     for key in key_columns() for column in columns]
            if tests:
                engine.execute("INSERT INTO forgotten_now SELECT (_file::bigint << 32) + _line "
                               f"FROM {table} WHERE {' OR '.join(tests)}")
        blank(engine, name, stream, table, "forgotten_now")
    engine.execute(f"INSERT INTO ignored SELECT record_key, {literal(RULE)} FROM forgotten_now")


def _is_forgotten_key(key: Column, column: str, facts: SourceFacts) -> str:
    value = f"({key_cast(key.type, f'trim({quoted(column)})', facts.region)})"
    return (f"{key_hash(key.name, key_scope(key.name, facts), value)} IN "
            "(SELECT hash FROM state.forgotten)")


