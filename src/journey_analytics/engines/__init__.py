"""Where SQL runs. DuckDB is the default, Spark builds models past one machine.

Nothing outside this folder imports a database.
"""

from .duckdb import DuckDBEngine, Published, open_published
from .explored import Explored
from .parquet import ParquetTables
from .spark import SparkEngine

__all__ = ["DuckDBEngine", "Explored", "ParquetTables", "Published", "SparkEngine",
           "open_published"]
