"""Where SQL runs. DuckDB is the default; nothing outside this folder imports a database."""

from .duckdb import DuckDBEngine, Published, open_published

__all__ = ["DuckDBEngine", "Published", "open_published"]
