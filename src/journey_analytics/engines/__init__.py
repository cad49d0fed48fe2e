"""Where SQL runs. DuckDB is the default; nothing outside this folder imports a database."""

from .duckdb import DuckDBEngine

__all__ = ["DuckDBEngine"]
