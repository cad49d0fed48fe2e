"""Models on Spark: what staging made goes out as Parquet, and the tables come back to be published.

Raw identifiers and texts stay here: staging, where keys are hashed with the installation's secret,
and the models that read what customers wrote are DuckDB's on either engine. So are audits, history
and publication: they read Spark's tables from their files, under the same names.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from . import runner
from .engines import DuckDBEngine, ParquetTables, SparkEngine
from .models import Model, in_order, load_models
from .settings import Machine

STAGING = "10_staging"
#: Tables with the words of customers or their names; nothing that reads them leaves the machine.
PRIVATE = frozenset({"messages", "surveys", "record_names", "texts"})


def tables_of(machine: Machine, warehouse: Path, began: datetime) -> ParquetTables:
    """Return where the tables of a build lie: where the settings say, else in the warehouse."""
    return ParquetTables(machine.spark_tables or str(warehouse / "spark"),
                         f"{began:%Y%m%dT%H%M%S}")


def divided(models: Sequence[Model]) -> tuple[list[Model], list[Model], list[Model]]:
    """Return the models that run before Spark, on Spark, and after it."""
    private = set(PRIVATE)
    before: list[Model] = []
    on_spark: list[Model] = []
    after: list[Model] = []
    for _, group in in_order(models, _given(models)):
        if group[0].path.parent.name == STAGING:
            before += group
        elif any(private & m.inputs for m in group):
            after += group
            private.add(group[0].table)
        else:
            on_spark += group
    return before, on_spark, after


def build(
    engine: DuckDBEngine, tables: ParquetTables, machine: Machine, work: runner.Work,
    progress: Callable[[str], None],
) -> list[runner.Built]:
    """Build every model: those between staging and the texts on Spark.

    Afterwards all their tables are there under their names, as after ``runner.build``.
    """
    models = load_models()
    before, on_spark, after = divided(models)
    tables.clear()
    built = runner.build(engine, work, progress, before)
    made = {m.table for m in on_spark}
    handed = sorted({name for m in on_spark for name in m.inputs} - made)
    spark = SparkEngine(tables, machine.spark_master or f"local[{machine.threads}]",
                        machine.memory_limit)
    try:
        for name in handed:
            tables.write(name, engine.batches(_plain(engine, name)))
            spark.know(name)
        built += runner.build(spark, replace(work, given=frozenset(handed)), progress, on_spark)
    finally:
        spark.close()
    stored = {m.table for m in on_spark if m.stored == "table"}
    for name in stored:
        engine.show(name, tables.read(name))
    published = [m for m in on_spark if m.published]
    rest = replace(work, given=work.given | made | {m.table for m in before},
                   prepared=frozenset(m.table for m in published))
    last = runner.build(engine, rest, progress, published + after)
    return built + [b for b in last if b.table not in made]


def _given(models: Sequence[Model]) -> frozenset[str]:
    made = {m.table for m in models}
    return frozenset(name for m in models for name in m.inputs) - made


def _plain(engine: DuckDBEngine, table: str) -> str:
    """Return a query for a table whose words are text: an ENUM is DuckDB's own."""
    columns = engine.rows(f'DESCRIBE "{table}"')
    return "SELECT {} FROM {}".format(
        ", ".join(f'"{name}"::VARCHAR AS "{name}"' if kind.startswith("ENUM") else f'"{name}"'
                  for name, kind, *_ in columns), f'"{table}"')
