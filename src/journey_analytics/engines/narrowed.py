"""A published warehouse narrowed to some of its journeys: in memory, and nothing is written."""

from __future__ import annotations

import tempfile
from pathlib import Path

import duckdb

from ..errors import DataError
from .duckdb import NEXT, DuckDBEngine
from .published import open_published

WHOLE = "whole"


class NarrowedEngine(DuckDBEngine):
    """The published file of a project, with every table cut down to the journeys of a query.

    Tables that know the journey keep the rows of these journeys, tables that know only the person
    the rows of their persons; all others stay as they are. Models built on it replace the
    published tables of the same name for as long as the connection lasts.

    Parameters
    ----------
    published
        A published file; it is opened read-only.
    memory_limit, threads
        What it may use.
    """

    def __init__(self, published: Path, memory_limit: str = "4GB", threads: int = 2) -> None:
        open_published(published).close()  # says what is wrong with it
        self.folder = published.parent
        self.words = {}
        self._scratch = tempfile.TemporaryDirectory(prefix="journeys_")
        self.connection = duckdb.connect()
        self._set({
            "TimeZone": "UTC", "autoinstall_known_extensions": False,
            "autoload_known_extensions": False, "memory_limit": memory_limit, "threads": threads,
            "temp_directory": self._scratch.name,
        })
        try:
            self.connection.execute(f"ATTACH '{str(published).replace(chr(39), 2 * chr(39))}' "
                                    f"AS {WHOLE} (READ_ONLY)")
        except duckdb.Error:
            self.close()
            raise DataError(str(published), "not readable") from None
        self.connection.execute(f"ATTACH ':memory:' AS {NEXT}")
        self._set({"search_path": f"{NEXT},{WHOLE}", "enable_external_access": False})

    def tables(self) -> dict[str, frozenset[str]]:
        """Return the published tables with their columns."""
        found: dict[str, set[str]] = {}
        for table, column in self.rows("SELECT table_name, column_name FROM duckdb_columns() "
                                       f"WHERE database_name = '{WHOLE}'"):
            found.setdefault(table, set()).add(column)
        return {table: frozenset(columns) for table, columns in found.items()}

    def narrow(self, query: str, values: list[object]) -> None:
        """Cut every table down to the journeys whose ``journey_key`` a query returns."""
        self.connection.execute(
            f"CREATE TABLE {NEXT}.journeys AS FROM {WHOLE}.journeys WHERE journey_key IN ({query})",
            values)
        self.execute(f"CREATE TABLE {NEXT}.persons AS FROM {WHOLE}.persons "
                     f"WHERE person_key IN (SELECT person_key FROM {NEXT}.journeys)")
        for table, columns in sorted(self.tables().items()):
            by = next((c for c in ("journey_key", "person_key") if c in columns), "")
            if by and table not in ("journeys", "persons"):
                of = "journeys" if by == "journey_key" else "persons"
                self.execute(f'CREATE VIEW {NEXT}."{table}" AS FROM {WHOLE}."{table}" '
                             f"WHERE {by} IN (SELECT {by} FROM {NEXT}.{of})")

    def close(self) -> None:
        """Let the file go, and what was spilled."""
        self.connection.close()
        self._scratch.cleanup()
