"""A published warehouse for questions: the whole of it, and narrowed views beside it in memory."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from ..errors import DataError
from .explaining import explain, literal
from .published import Published, open_published

if TYPE_CHECKING:
    import pandas as pd

#: The published file, and the scratch catalog in memory that narrowed views live in.
WHOLE, VIEWS = "whole", "memory"


class Explored(Published):
    """The published file, read-only; statements can neither change it nor reach other files.

    Parameters
    ----------
    path
        A published file. Whoever opens it keeps this publication, whatever a run publishes later.
    """

    def __init__(self, path: Path) -> None:
        open_published(path).close()  # says what is wrong with it
        self.folder = path.parent
        self.schema = ""
        self._numbers = count(1)
        self.connection = duckdb.connect()
        for name in ("autoinstall_known_extensions", "autoload_known_extensions"):
            self.connection.execute(f"SET {name} = false")
        try:
            self.connection.execute(f"ATTACH {literal(str(path))} AS {WHOLE} (READ_ONLY)")
        except duckdb.Error:
            self.connection.close()
            raise DataError(str(path), "not readable") from None
        self.connection.execute("SET enable_external_access = false")
        self._look_in(WHOLE)

    def _look_in(self, search_path: str) -> None:
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute(f"SET search_path = '{search_path}'")

    def narrowed(self, conditions: str, values: Mapping[str, object]) -> Explored:
        """Return the same publication with every table cut down to some journeys.

        Tables that know the journey keep the rows of these, tables that know only the person the
        rows of their persons; all others stay as they are.

        Parameters
        ----------
        conditions
            What holds for a row ``j`` of ``journeys``.
        values
            Its parameters, by name.
        """
        found = object.__new__(Explored)
        found.folder, found._numbers = self.folder, self._numbers
        found.schema = f"{VIEWS}.narrowed_{next(self._numbers)}"
        found.connection = self.connection.cursor()
        found._look_in(WHOLE)
        execute = found.connection.execute
        execute(f"CREATE SCHEMA {found.schema}")
        execute(f"CREATE TABLE {found.schema}.chosen AS SELECT j.journey_key, j.person_key "
                f"FROM journeys AS j WHERE {conditions}", dict(values))
        for table, key in self._keys().items():
            execute(f'CREATE VIEW {found.schema}."{table}" AS FROM {WHOLE}."{table}" '
                    f"WHERE {key} IN (SELECT {key} FROM {found.schema}.chosen)")
        found._look_in(f"{found.schema},{WHOLE}")
        return found

    def _keys(self) -> dict[str, str]:
        """Return by which key a table is narrowed."""
        return dict(self.connection.sql(
            "SELECT table_name, min(column_name) FROM duckdb_columns() "
            f"WHERE database_name = '{WHOLE}' AND column_name IN ('journey_key', 'person_key') "
            "GROUP BY table_name").fetchall())

    def frame(self, query: str, values: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Return a query's rows as a pandas frame; words are text."""
        import pandas as pd  # heavy, and most who open a warehouse want no frame

        found: pd.DataFrame = self.arrow(query, values).to_pandas()
        words = [c for c in found if isinstance(found[c].dtype, pd.CategoricalDtype)]
        return found.astype(dict.fromkeys(words, "str"))

    def is_question(self, query: str) -> bool:
        """Return whether a text is one SELECT: it asks, and leaves the connection as it was."""
        try:
            parts = self.connection.extract_statements(query)
        except duckdb.Error:
            return True  # says when it runs what cannot be read
        return [part.type for part in parts] in (
            [duckdb.StatementType.SELECT], [duckdb.StatementType.EXPLAIN])

    def arrow(self, query: str, values: Mapping[str, object] | None = None) -> pa.Table:
        """Return a query's rows as an Arrow table."""
        try:
            return self.connection.sql(query, params=dict(values or {})).to_arrow_table()
        except duckdb.Error as error:
            raise explain(error, self.folder) from error

    def batches(self, query: str, rows: int) -> pa.RecordBatchReader:
        """Return a query's rows piece by piece."""
        return self.connection.sql(query).to_arrow_reader(rows)

    def columns(self, query: str) -> list[str]:
        """Return the columns a query would have."""
        return list(self.connection.sql(query).columns)

    def tables(self) -> dict[str, list[str]]:
        """Return the published tables with their columns."""
        found: dict[str, list[str]] = {}
        for table, column in self.rows(
                f"SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = "
                f"'{WHOLE}' ORDER BY table_name, column_index"):
            found.setdefault(table, []).append(column)
        return found

    def meanings(self, table: str | None = None) -> pd.DataFrame:
        """Return what tables mean, or the columns of one."""
        if table is None:
            return self.frame(
                'SELECT table_name AS "table", estimated_size AS "rows", comment AS meaning '
                f"FROM duckdb_tables() WHERE database_name = '{WHOLE}' ORDER BY 1")
        return self.frame(
            'SELECT column_name AS "column", CASE WHEN starts_with(data_type, \'ENUM\') '
            "THEN 'VARCHAR' ELSE data_type END AS type, comment AS meaning FROM duckdb_columns() "
            f"WHERE database_name = '{WHOLE}' AND table_name = $table ORDER BY column_index",
            {"table": table})
