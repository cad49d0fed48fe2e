"""A published warehouse, open for questions and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from ..errors import DataError
from .explaining import explain


def open_published(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a published warehouse read-only.

    Raises
    ------
    DataError
        Nothing has been published there yet, or the file is not readable.
    """
    if not path.exists():
        raise DataError(str(path), "nothing is published yet",
                        remedy=f"Run `journeys run {path.parent.parent}` first.")
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise explain(error, path.parent) from None
    connection.execute("SET TimeZone='UTC'")
    connection.execute("SET autoinstall_known_extensions=false")
    connection.execute("SET autoload_known_extensions=false")
    return connection


class Published:
    """A published warehouse, read-only, for as long as the context lasts."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.connection = open_published(path)

    def __enter__(self) -> Published:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def set_variable(self, name: str, value: bytes | str) -> None:
        """Set a session variable: a value that must not stand in any query's text."""
        self.connection.execute(f"SET VARIABLE {name} = ?", [value])

    def dicts(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        """Return rows as dictionaries; for small answers."""
        columns, rows = self._asked(query, values)
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def rows(self, query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return rows as tuples; for small answers."""
        return self._asked(query, values)[1]

    def _asked(
        self, query: str, values: list[Any] | None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        try:
            relation = self.connection.sql(query, params=values)
            return relation.columns, relation.fetchall()
        except duckdb.Error as error:
            raise explain(error, self.folder) from error

    def value(self, query: str, values: list[Any] | None = None) -> Any:
        """Return the one value of a query."""
        return self.rows(query, values)[0][0]
