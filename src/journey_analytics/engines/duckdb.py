"""DuckDB behind a small seam: register Arrow, materialize a query, query to Arrow, publish."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from ..models import Statement
from .explaining import HOLDER, explain, literal

if TYPE_CHECKING:
    from pyarrow.dataset import Dataset

#: Catalogs of a run: ``state`` is private and lasts, ``next`` becomes the published file. Working
#: tables are temporary: they are spilled to scratch when memory ends, and never compressed.
STATE, NEXT = "state", "next"


class DuckDBEngine:
    """One connection over the files of a run.

    Parameters
    ----------
    folder
        The project's ``warehouse`` folder. The database may read and write there and nowhere else.
    memory_limit, threads
        What the run may use.
    """

    def __init__(self, folder: Path, memory_limit: str = "4GB", threads: int = 2) -> None:
        self.folder = folder
        self.scratch = folder / "scratch"
        self.words: dict[str, tuple[str, ...]] = {}
        self._umask = os.umask(0o077)  # the database makes its files itself
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.connection = duckdb.connect()
        try:
            self._configure(memory_limit, threads)
        except BaseException:
            self.connection.close()
            os.umask(self._umask)
            raise

    def _configure(self, memory_limit: str, threads: int) -> None:
        self._set({
            "TimeZone": "UTC", "autoinstall_known_extensions": False,
            "autoload_known_extensions": False, "memory_limit": memory_limit, "threads": threads,
            "enable_progress_bar": False,  # it would draw over what a command prints
            "temp_directory": str(self.scratch),
            "allowed_directories": [f"{self.folder}{os.sep}"], "enable_external_access": False,
        })
        # The state file is the lock: only who holds it may touch what another run left behind.
        self._attach(STATE, self.folder / "state.duckdb")
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(mode=0o700)
        (self.scratch / HOLDER).write_text(json.dumps({
            "host": socket.gethostname(), "pid": os.getpid(),
            "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"}))
        self._attach(NEXT, self._next_path)
        self._set({"search_path": f"{STATE},{NEXT}", "lock_configuration": True})

    def _set(self, options: Mapping[str, object]) -> None:
        for name, value in options.items():
            self.execute(f"SET {name} = {literal(value)}")

    def _attach(self, catalog: str, path: Path) -> None:
        self.execute(f"ATTACH {literal(str(path))} AS {catalog}")

    @property
    def _next_path(self) -> Path:
        return self.scratch / "journeys.duckdb"

    def continue_from(self, published: Path) -> None:
        """Start the next published file as a copy of the last one instead of empty."""
        self.execute(f"DETACH {NEXT}")
        shutil.copyfile(published, self._next_path)
        self._attach(NEXT, self._next_path)

    def start_empty(self) -> None:
        """Start the next published file anew, also where the last one could not be opened."""
        with contextlib.suppress(duckdb.Error):
            self.connection.execute(f"DETACH {NEXT}")
        self._next_path.unlink(missing_ok=True)
        self._attach(NEXT, self._next_path)

    def replace_rows(self, table: str, key: str, gone: str, rows: str) -> None:
        """In a published table replace rows whose key stands in ``gone`` by those of ``rows``."""
        self.execute(f'DELETE FROM {NEXT}."{table}" WHERE {key} IN (SELECT {key} FROM {gone})')
        self.execute(f'INSERT INTO {NEXT}."{table}" BY NAME FROM {rows}')

    def drop_published(self, tables: Iterable[str]) -> None:
        """Give up tables of the next published file, and the room they take in it."""
        drops = [f'DROP TABLE IF EXISTS {NEXT}."{table}"' for table in sorted(tables)]
        self.execute("; ".join([*drops, f"CHECKPOINT {NEXT}"]))

    def attach(self, name: str) -> None:
        """Open a database file of the folder beside the run's own, read-only."""
        path = self.folder / f"{name}.duckdb"
        self.execute(f"ATTACH {literal(str(path))} AS {name} (READ_ONLY)")

    def next_bytes(self) -> int:
        """Return the size of the next published file as it would be published now."""
        self.execute(f"CHECKPOINT {NEXT}")
        return self._next_path.stat().st_size

    def rewrite_next(self, order: str) -> None:
        """Write the next published file anew, each table sorted by a column that it has.

        What nights replaced leaves holes, and pieces of a person all over the file.
        """
        fresh = self.scratch / "fresh.duckdb"
        self._attach("fresh", fresh)
        self.execute(f"COPY FROM DATABASE {NEXT} TO fresh (SCHEMA)")
        for table, is_sorted in self.rows(
            f"SELECT table_name, bool_or(column_name = {literal(order)}) FROM duckdb_columns() "
            f"WHERE database_name = '{NEXT}' AND schema_name = 'main' GROUP BY table_name"
        ):
            by = f' ORDER BY "{order}"' if is_sorted else ""
            self.execute(f'INSERT INTO fresh."{table}" SELECT * FROM {NEXT}."{table}"{by}')
        self.execute("CHECKPOINT fresh")
        self.execute("DETACH fresh")
        self.execute(f"DETACH {NEXT}")
        os.replace(fresh, self._next_path)
        self._attach(NEXT, self._next_path)

    def free_share(self) -> float:
        """Return how much of the state file is free blocks."""
        free, total = self.rows("SELECT free_blocks, total_blocks FROM pragma_database_size() "
                                f"WHERE database_name = '{STATE}'")[0]
        return float(free) / max(float(total), 1.0)

    def rewrite_state(self, swept: int) -> None:
        """Write the state file anew: smaller, in order, and without what was overwritten in it.

        The fresh file notes how many blanked records it was swept of.

        The last thing a run does: the connection still holds the old file, and with it the lock.
        """
        fresh = self.scratch / "state.duckdb"
        fresh.unlink(missing_ok=True)
        with contextlib.suppress(duckdb.Error):  # was there, and its file is published
            self.connection.execute(f"DETACH {NEXT}")
        self._attach(NEXT, self._next_path)  # names are still looked up in it
        self._attach("fresh", fresh)
        self.execute(f"COPY FROM DATABASE {STATE} TO fresh")
        self.execute("DELETE FROM fresh.swept")
        self.execute(f"INSERT INTO fresh.swept VALUES ({swept})")
        self.execute("CHECKPOINT fresh")
        self.execute("DETACH fresh")
        self.execute(f"CHECKPOINT {STATE}")
        os.replace(fresh, self.folder / "state.duckdb")

    def close(self) -> None:
        """Remove what is this run's own, then let the lock go."""
        with contextlib.suppress(duckdb.Error):  # published already, or never opened
            self.connection.execute(f"DETACH {NEXT}")
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.connection.close()
        os.umask(self._umask)

    def execute(self, statement: str) -> None:
        """Run a statement that returns nothing."""
        try:
            self.connection.execute(statement)
        except duckdb.Error as error:
            raise explain(error, self.folder) from error

    def query(self, query: str) -> pa.Table:
        """Return a query's rows as an Arrow table."""
        try:
            return self.connection.sql(query).to_arrow_table()
        except duckdb.Error as error:
            raise explain(error, self.folder) from error

    def batches(self, query: str) -> pa.RecordBatchReader:
        """Return a query's rows piece by piece; until they are read nothing else may be asked."""
        return self.connection.sql(query).to_arrow_reader(100_000)

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.value(f'SELECT count(*) FROM "{table}"'))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return a query's rows as tuples; for small answers."""
        try:
            return self.connection.sql(query).fetchall()
        except duckdb.Error as error:
            raise explain(error, self.folder) from error

    def value(self, query: str) -> Any:
        """Return the one value of a query."""
        return self.rows(query)[0][0]

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self.execute("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            with contextlib.suppress(duckdb.Error):  # a full disk has ended it already
                self.connection.execute("ROLLBACK")
            raise
        self.execute("COMMIT")

    def register(self, name: str, table: pa.Table) -> None:
        """Store an Arrow table as a temporary table of this run."""
        self.connection.register("arriving", table)
        self.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS SELECT * FROM arriving')
        self.connection.unregister("arriving")

    def show(self, name: str, rows: Dataset) -> None:
        """Name an Arrow dataset as a table of this run: its files are read when they are asked."""
        self.connection.register(name, rows)

    def append(self, name: str, table: pa.Table) -> None:
        """Add an Arrow table's rows to a table of this run."""
        self.connection.register("arriving", table)
        self.execute(f'INSERT INTO "{name}" FROM arriving')
        self.connection.unregister("arriving")

    def set_variable(self, name: str, value: bytes | str) -> None:
        """Set a session variable: a value that must not stand in any query's text."""
        self.connection.execute(f"SET VARIABLE {name} = ?", [value])

    def set_words(self, column: str, words: tuple[str, ...]) -> None:
        """Store every column of that name as an ENUM of these words from now on.

        SQL keeps reading and writing text; storage and joins are as narrow as an integer. Words
        are sorted, because an ENUM orders by position and text by letter.
        """
        self.words[column] = tuple(sorted(set(words)))

    def materialize(
        self, table: str, query: Statement, published: bool = False, view: bool = False
    ) -> None:
        """Store a query's rows as a working or a published table, or name them as a view."""
        if view:
            self.execute(f'CREATE OR REPLACE TEMP VIEW "{table}" AS {query.text}')
            return
        text = query.text
        narrow = [n for n in query.columns if self.words.get(n)]
        if narrow:
            for name in narrow:
                self._make_type(name)
            replaced = ", ".join(f'"{n}"::{NEXT}."{n}_word" AS "{n}"' for n in narrow)
            text = f"SELECT * REPLACE ({replaced}) FROM ({text})"
        where = f'TABLE {NEXT}."{table}"' if published else f'TEMP TABLE "{table}"'
        self.execute(f"CREATE OR REPLACE {where} AS {text}")

    def _make_type(self, column: str) -> None:
        values = ", ".join(literal(w) for w in self.words[column])
        self.execute(f'CREATE TYPE IF NOT EXISTS {NEXT}."{column}_word" AS ENUM ({values})')

    def comment(self, table: str, text: str, columns: Mapping[str, str]) -> None:
        """Write what a published table and its columns mean into the file itself."""
        with self.transaction():  # else each comment waits for the disk
            self.execute(f'COMMENT ON TABLE {NEXT}."{table}" IS {literal(text)}')
            for column, meaning in columns.items():
                self.execute(
                    f'COMMENT ON COLUMN {NEXT}."{table}"."{column}" IS {literal(meaning)}')

    def checksum(self, table: str) -> str:
        """Return row count and content checksum of a table, whatever the order of its rows."""
        rows, total = self.rows(
            f"SELECT count(*), coalesce(sum(md5_number_lower(t::varchar)::hugeint), 0) "
            f"FROM {table} AS t"
        )[0]
        return f"{rows}:{total:x}"

    def publish(self, target: Path) -> None:
        """Make the ``next`` file the published one: old readers keep theirs, new ones see this."""
        self.execute(f"CHECKPOINT {NEXT}")
        self.execute(f"DETACH {NEXT}")
        # A leftover write-ahead log beside the target would block every reader.
        Path(f"{target}.wal").unlink(missing_ok=True)
        os.replace(self._next_path, target)
