"""Spark behind the seam the models' runner knows: each table a query writes is Parquet.

What is read back (a solver's rows, a table to publish) is read from the files with Arrow: nothing
passes through the gateway between Python and Java but SQL.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pyarrow as pa

from ..errors import DataError, SettingsError
from ..models import Statement
from .parquet import ParquetTables
from .spark_sql import transpile

#: What makes a session's SQL mean the same as DuckDB's.
_SAME = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.ansi.enabled": "true",
}


class SparkEngine:
    """A session that builds models from tables in Parquet into tables in Parquet.

    Parameters
    ----------
    tables
        Where its tables lie.
    master
        Spark's own address of a cluster, or ``local[n]``.
    memory_limit
        What the driver may use, and so all of a local session.
    """

    def __init__(self, tables: ParquetTables, master: str, memory_limit: str) -> None:
        options = {**_SAME, "spark.driver.memory": _as_java(memory_limit),
                   "spark.hadoop.fs.permissions.umask-mode": "077",
                   "spark.ui.showConsoleProgress": "false"}
        try:
            with warnings.catch_warnings():  # of pandas frames, which it never sees
                warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas")
                from pyspark.sql import SparkSession  # an extra, and heavy
        except ImportError:
            raise SettingsError(
                "[machine].engine", "'spark' needs the extra of the same name",
                remedy="Run `pip install 'journey_analytics[spark]'`.") from None
        builder = SparkSession.builder.master(master).appName("journeys")
        for name, value in options.items():
            builder = builder.config(name, value)
        # Errors quote the rows they met: they are told once, by us, and not to the log.
        logging.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)
        self.tables = tables
        with _explained():
            self.session = builder.getOrCreate()

    def close(self) -> None:
        """End the session; its tables stay."""
        self.session.stop()

    def know(self, table: str) -> None:
        """Give a table that was written a name in queries."""
        with _explained():
            self.session.read.parquet(self.tables.place(table)).createOrReplaceTempView(table)

    def register(self, name: str, table: pa.Table) -> None:
        """Store an Arrow table."""
        self.tables.write(name, table)
        self.know(name)

    def materialize(
        self, table: str, query: Statement, published: bool = False, view: bool = False
    ) -> None:
        """Store a query's rows, or name them as a view."""
        with _explained():
            found = self.session.sql(transpile(query.text))
            if view:
                found.createOrReplaceTempView(table)
                return
            place = self.tables.place(table)
            found.write.mode("overwrite").parquet(place)
            self.session.read.schema(found.schema).parquet(place).createOrReplaceTempView(table)

    def query(self, query: str) -> pa.Table:
        """Return a query's rows as an Arrow table."""
        self.materialize("asked", Statement(query, ()))
        return self.tables.read("asked").to_table()

    def count(self, table: str) -> int:
        """Return how many rows a stored table has."""
        return int(self.tables.read(table).count_rows())

    def comment(self, table: str, text: str, columns: Mapping[str, str]) -> None:
        """Note what a published table and its columns mean, for the pointer file."""
        self.tables.meanings[table] = {"": text, **columns}


@contextmanager
def _explained() -> Iterator[None]:
    """Say of Spark's errors what the user can act on."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        text = str(error).strip()
        if "JAVA_GATEWAY_EXITED" in text:
            raise SettingsError("Spark", "Java did not start",
                                remedy="Install Java 17 or later, and set JAVA_HOME.") from error
        raise DataError("Spark", "a statement failed",
                        found=next(iter(text.splitlines()), type(error).__name__)) from error


def _as_java(memory: str) -> str:
    """Return a size as the Java machine writes it: ``1.5GB`` is ``1536m``."""
    found = re.fullmatch(r"([\d.]+)\s*([kmgt])i?b?", memory.strip().lower())
    if not found:
        raise SettingsError("[machine].memory_limit", "not a size that Spark knows", found=memory,
                            allowed="a number and GB or MB")
    return f"{int(float(found[1]) * 1024 ** ('kmgt'.index(found[2]) - 1))}m"
