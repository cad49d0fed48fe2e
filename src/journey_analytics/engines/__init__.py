"""Where SQL runs. DuckDB is the default, Spark builds models past one machine.

Nothing outside this folder imports a database.
"""

from .duckdb import DuckDBEngine
from .explored import Explored
from .parquet import ParquetTables
from .published import Published, open_published
from .spark import SparkEngine

__all__ = ["DuckDBEngine", "Explored", "ParquetTables", "Published", "SparkEngine",
           "open_published"]
