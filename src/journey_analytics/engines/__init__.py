"""Where SQL runs. DuckDB is the default; nothing outside this folder imports a database."""

from .duckdb import DuckDBEngine, Published, open_published
from .explored import Explored

__all__ = ["DuckDBEngine", "Explored", "Published", "open_published"]
