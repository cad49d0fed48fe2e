"""Records that were emptied: they keep their place in the account (file and line) and lose all.

A person was forgotten, or a record grew older than the project keeps them. The rule by which the
account ignores them says which.
"""

from __future__ import annotations

from ..engines import DuckDBEngine
from .manifest import file_columns
from .readers import literal, quoted

#: Rule to the table that lists its records.
TABLES_BY_RULE = {"forgotten": "forgotten_records", "older than keep_days": "expired_records"}


def record_tables(engine: DuckDBEngine) -> list[tuple[str, str, str]]:
    """Return source, stream and qualified name of every table of records."""
    names = engine.rows("SELECT table_name FROM duckdb_tables() WHERE database_name = 'state' "
                        "AND schema_name = 'records' ORDER BY table_name")
    return [(*name.split("__", 1), f"state.records.{quoted(name)}") for (name,) in names]


def blank(
    engine: DuckDBEngine, source: str, stream: str, table: str, which: str,
    rule: str = "forgotten",
) -> int:
    """Empty the records of a stream that stand in ``which``; return how many were not empty."""
    listed = " UNION ALL ".join(f"SELECT record_key FROM state.{t}"
                                for t in TABLES_BY_RULE.values())
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE blanked AS SELECT DISTINCT record_key FROM {which} "
        f"WHERE record_key IN (SELECT (_file::bigint << 32) + _line FROM {table}) "
        f"AND record_key NOT IN ({listed})")
    rows = int(engine.value("SELECT count(*) FROM blanked"))
    if rows:
        empty = "".join(f", {quoted(c)} = NULL" for c in file_columns(engine, table))
        engine.execute(f"UPDATE {table} SET _hash = 0{empty} WHERE (_file::bigint << 32) + _line "
                       "IN (SELECT record_key FROM blanked)")
        engine.execute(f"INSERT INTO state.{TABLES_BY_RULE[rule]} SELECT {literal(source)}, "
                       f"{literal(stream)}, record_key FROM blanked")
    return rows


def leave_blanked_out(engine: DuckDBEngine, source: str, stream: str) -> None:
    """Add to ``left_out`` a stream's blanked records that do not stand there yet."""
    for rule, table in TABLES_BY_RULE.items():
        engine.execute(
            f"INSERT INTO state.left_out SELECT source, stream, record_key, {literal(rule)} "
            f"FROM state.{table} WHERE source = {literal(source)} AND stream = {literal(stream)} "
            f"AND record_key NOT IN (SELECT record_key FROM state.left_out "
            f"WHERE rule = {literal(rule)})")


def count_blanked(engine: DuckDBEngine) -> int:
    """Return how many records were ever emptied."""
    return sum(int(engine.value(f"SELECT count(*) FROM state.{table}"))
               for table in TABLES_BY_RULE.values())
