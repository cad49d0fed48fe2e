"""Models on Spark: the same SQL, the same rows; and what leaves the machine for it."""

from __future__ import annotations

import random
import shutil
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from journey_analytics import pipeline, portability, spark
from journey_analytics.contracts import TABLES
from journey_analytics.engines import ParquetTables, SparkEngine
from journey_analytics.engines.spark_sql import transpile
from journey_analytics.errors import DataError, SettingsError
from journey_analytics.history import ACCOUNTS, HISTORY
from journey_analytics.models import load_models
from journey_analytics.pipeline import warehouse_file
from tests.conftest import ROOT
from tests.project import run_project

#: What models are made of, over rows with gaps. Sums of fractions and ties are left out: rows come
#: in any order.
AGGREGATES = """arg_min(s, id); arg_max(b, id); arg_min(s, id) filter (where b); bool_or(b)
bool_and(b); median(i); median(d); sum(i)::bigint; sum(i) / nullif(count(*), 0); count(distinct s)
string_agg(s, ',' order by id); min(s); max(b); max(t); count(*) filter (where b)"""
EXPRESSIONS = """d::integer; (d * 3)::bigint; i::integer; big::bigint; round(d); round(i / 3)
greatest(i, id, d); least(i, null, 3); concat(s, '-', i::varchar); concat_ws(' ', s, 'x')
i / nullif(id, 0); (0.5 * i)::double; i * 1.25 + d; upper(s); length(s); s is not distinct from 'a'
b is distinct from true; extract(hour from t); date_trunc('week', t); t::date; d::varchar
date_diff('day', t::date, date '2026-04-02'); t + interval '604800' second; power(i, 2)
date_diff('microsecond', t, timestamp '2026-03-29 00:00:00'); s < 'a'; i % 7; i = 3 or null
lag(i) over (partition by g order by id); row_number() over (partition by g order by s, id)
last_value(s ignore nulls) over (w rows between unbounded preceding and 1 preceding)
max(t) over w; lag(b, 2, false) over w; first_value(s) over whole"""


def split(listed: str) -> list[str]:
    return [part.strip() for line in listed.splitlines() for part in line.split(";")]


def rows_with_gaps(number: int) -> pa.Table:
    draw = random.Random(3)

    def column(value: object, kind: pa.DataType) -> pa.Array:
        return pa.array([None if draw.random() < 0.2 else value()  # type: ignore[operator]
                         for _ in range(number)], kind)

    began = datetime(2026, 3, 28)
    return pa.table({
        "id": pa.array(range(number), pa.int64()),
        "g": pa.array([draw.randrange(number // 6) for _ in range(number)], pa.int64()),
        "i": column(lambda: draw.randrange(-20, 20), pa.int64()),
        "big": column(lambda: draw.randrange(-2**62, 2**62), pa.int64()),
        "d": column(lambda: draw.randrange(-20, 20) / 4, pa.float64()),
        "s": column(lambda: draw.choice(["a", "B", "ä", "", "Zz"]), pa.string()),
        "b": column(lambda: draw.random() < 0.5, pa.bool_()),
        "t": column(lambda: began + timedelta(microseconds=draw.randrange(10**11)),
                    pa.timestamp("us")),
    })


@pytest.mark.spark
def test_what_models_are_made_of_means_the_same(on_spark: str, tmp_path: Path) -> None:
    rows = rows_with_gaps(1_000)
    windows = ("window w as (partition by g order by id), whole as (partition by g order by id "
               "rows between unbounded preceding and unbounded following)")
    session = SparkEngine(ParquetTables(str(tmp_path), "once"), "local[1]", "1GB")
    try:
        session.register("rows_found", rows)
        with duckdb.connect() as on_duckdb:
            on_duckdb.register("rows_found", rows)
            for key, listed, tail in (("g", AGGREGATES, "group by g"),
                                      ("id", EXPRESSIONS, windows)):
                parts = split(listed)
                named = ", ".join(f"{part} as c{n}" for n, part in enumerate(parts))
                query = f"select {key}, {named} from rows_found {tail}"
                expected = on_duckdb.sql(f"from ({query}) order by {key}").to_arrow_table()
                found = session.query(query).sort_by(key)
                for n, part in enumerate(parts):
                    assert found[f"c{n}"].to_pylist() == expected[f"c{n}"].to_pylist(), part
        with pytest.raises(DataError, match="Spark: a statement failed"):
            session.query("select nothing from nowhere")
    finally:
        session.close()


def columns_of(connection: duckdb.DuckDBPyConnection, name: str) -> dict[tuple[str, str], object]:
    """Order, type and meaning of every column; a word is a word, as text or as ENUM."""
    return {row[:2]: row[2:] for row in connection.sql(
        "SELECT table_name, column_name, column_index, CASE WHEN starts_with(data_type, 'ENUM') "
        "THEN 'VARCHAR' ELSE data_type END, comment FROM duckdb_columns() "
        f"WHERE database_name = '{name}'").fetchall()}


@pytest.mark.spark
def test_the_sample_is_the_same_on_both_engines(
    sample_project: Path, on_spark: str, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    shutil.copytree(ROOT / "data" / "sample", project)
    with (project / "journeys.toml").open("a") as file:
        file.write(on_spark)
    run = pipeline.start(project)
    try:
        for name, _, step in pipeline.STEPS:
            if name == "publish":
                handed_over_is_not_private(run)
            if name != "pack":
                step(run)
    finally:
        pipeline.finish(run)

    assert run.tables is not None and all(m[""] for m in run.tables.meanings.values())
    loose = [p for p in (project / "warehouse" / "spark").rglob("*") if p.stat().st_mode & 0o077]
    assert loose == []
    all_tables_are_equal(sample_project, project, run.tables)

    settings = project / "journeys.toml"
    settings.write_text(settings.read_text().removesuffix(on_spark))
    night = run_project(project)
    assert night.night is not None and night.tables is None
    all_tables_are_equal(sample_project, project, run.tables)


def all_tables_are_equal(here: Path, there: Path, tables: ParquetTables) -> None:
    """Types, meanings, and every row of every state table; what lies in Parquet is all of it."""
    with duckdb.connect() as both:
        for name, folder in (("here", here), ("there", there)):
            both.execute(f"ATTACH '{warehouse_file(folder)}' AS {name} (READ_ONLY)")
        assert columns_of(both, "there") == columns_of(both, "here")
        state = {table for table, _ in columns_of(both, "here")} - {*HISTORY, *ACCOUNTS}
        assert tables.meanings.keys() <= state
        for table in sorted(state):
            expected, found = (both.sql(
                "SELECT count(*), sum(md5_number_lower(t::varchar)::hugeint) "
                f'FROM {name}."{table}" AS t').fetchall() for name in ("here", "there"))
            assert found == expected, table
            if table in tables.meanings:
                assert tables.read(table).count_rows() == expected[0][0]


def handed_over_is_not_private(run: pipeline.Run) -> None:
    """No identifier, address or text as it was delivered stands in what Spark was given."""
    assert run.tables is not None
    private = {"customer_ref", "external_id", "email", "phone", "anonymous_id", "agent_id",
               "comment", "body", "subject", "call_id", "ticket_id", "conversation_id"}
    raw: set[str] = set()
    words: set[str] = set()  # a ticket's subject may be its reason
    for table in TABLES:
        for name, *_ in run.engine.rows(f"DESCRIBE state.{table}"):
            if name in private or name.startswith("contact_reason"):
                found = {v for (v,) in run.engine.rows(
                    f"SELECT DISTINCT {name} FROM state.{table} WHERE length({name}) > 3")}
                (raw if name in private else words).update(found)
    raw -= words
    assert len(raw) > 1_000
    folder = Path(run.tables.place("any")).parent
    assert len(list(folder.iterdir())) > 100
    for table in folder.iterdir():
        rows = run.tables.read(table.name).to_table()
        for name, column in zip(rows.column_names, rows.columns, strict=True):
            if column.type == pa.string():
                assert not raw & set(column.unique().to_pylist()), f"{table.name}.{name}"


def test_every_model_has_one_engine_and_texts_stay_here() -> None:
    before, on_spark, after = spark.divided(load_models())
    assert sorted(m.path for m in before + on_spark + after) == [m.path for m in sorted(
        load_models(), key=lambda m: m.path)]
    assert not [m.path.name for m in on_spark if m.inputs & spark.PRIVATE]
    assert {m.table for m in after} == {"quote_texts", "quotes"}
    assert [m.path.name for m in on_spark if portability.problems(m.query)] == []


def test_a_frame_on_a_named_window_is_written_out() -> None:
    query = transpile("select sum(x) over (w rows between 1 preceding and current row) as a, "
                      "lag(x) over w as b from t window w as (partition by p order by o)")
    assert "WINDOW" not in query.upper().replace("OVER", "")
    assert query.count("PARTITION BY p ORDER BY o") == 2


def test_a_build_that_dies_is_never_seen(tmp_path: Path) -> None:
    """The pointer names whole builds only; what is not a build is not ours to remove."""
    def build(name: str, number: int) -> ParquetTables:
        tables = ParquetTables(str(tmp_path), name)
        tables.clear()
        for table in ("persons", "working"):
            tables.write(table, pa.table({"a": pa.array([1] * number, pa.int64())}))
        tables.meanings["persons"] = {"": "Everyone.", "a": "a number"}
        return tables

    (tmp_path / "notes").mkdir()
    first = build("1", 0)
    first.publish({"run_no": 1})
    assert first.read("persons").to_table().schema.names == ["a"]
    build("2", 2)  # and dies
    build("3", 3).publish({"run_no": 3})
    pointer = (tmp_path / "current.json").read_text()
    assert '"build_3"' in pointer and '"rows": 3' in pointer
    assert sorted(p.name for p in tmp_path.iterdir()) == ["build_3", "current.json", "notes"]
    assert [p.name for p in (tmp_path / "build_3").iterdir()] == ["persons"]


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = ParquetTables(str(tmp_path), "1")
    with pytest.raises(SettingsError, match="memory_limit: not a size that Spark knows, found 80%"):
        SparkEngine(tables, "local[1]", "80%")
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(SettingsError, match="needs the extra"):
        SparkEngine(tables, "local[1]", "1GB")
    with pytest.raises(DataError, match="no place for tables"):
        ParquetTables("somewhere", "1")
