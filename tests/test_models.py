"""The SQL models: headers that do not lie, an order, and SQL that Spark understands too."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from journey_analytics import models, portability, runner
from journey_analytics.errors import SettingsError
from journey_analytics.models import Model
from journey_analytics.pipeline import GIVEN, SOLVERS

ALL = models.load_models()
PORTABLE = [m for m in ALL if m.path.parent.name >= "20"]


def write(folder: Path, name: str, header: str, query: str) -> Path:
    path = folder / f"{name}.sql"
    path.write_text(header + query)
    return path


HEADER = "-- model: m\n-- grain: one row per a\n-- key: a\n-- inputs: calls\n-- per: all\n"


def test_every_model_finds_its_inputs_and_has_an_order() -> None:
    order = [table for table, _ in models.in_order(ALL, GIVEN)]
    assert order.index("touchpoints") < order.index("moments") < order.index("pain_points")
    assert {m.solve for m in ALL} - {""} == set(SOLVERS)


@pytest.mark.parametrize("model", [*PORTABLE, *models.load_audits()], ids=lambda m: m.path.stem)
def test_models_from_identity_on_are_portable(model: Model) -> None:
    assert portability.problems(model.query) == []


@pytest.mark.parametrize("query, word", [
    ("select list(x order by t) as a from calls", "order"),
    ("select date_diff('day', a, b) as a from calls", "microseconds"),
    ("select quantile_cont(x, 0.9) as a from calls", "percentile"),
    ("select extract(dow from t) as a from calls", "dow"),
    ("select hash(x) as a from calls", "hash"),
    ("select a / b as a from calls", "nullif"),
    ("select x[1] as a from calls", "index"),
    ("select log(x) as a from calls", "ln"),
    ("select ln(x) as a from calls", "round"),
    ("select epoch_ms(t) as a from calls", "epoch"),
    ("select * exclude (a) from calls", "name the columns"),
    ("select a from calls asof join tickets using (a)", "asof"),
    ("select a from calls union all by name select a from calls", "by name"),
    ("select a from calls using sample 10", "sample"),
    ("select frobnicate(a) as a from calls", "not known"),
])
def test_the_lint_sees_what_spark_would_do_otherwise(query: str, word: str) -> None:
    found = portability.problems(models.parse(Path("m.sql"), query))
    assert any(word in text for text in found), found


def test_models_are_short() -> None:
    long = {m.path.name: len(m.path.read_text().splitlines()) for m in ALL}
    assert {n: lines for n, lines in long.items() if lines > 150} == {}


def test_every_published_column_says_what_it_means() -> None:
    by_table: dict[str, list[Model]] = {}
    for model in ALL:
        by_table.setdefault(model.table, []).append(model)
    for table, group in by_table.items():
        if any(m.published for m in group):
            comments = {n for m in group for n in m.comments}
            assert set(group[0].query.named_selects) == comments, table


@pytest.mark.parametrize("header, query, word", [
    ("", "select a from calls", "no header"),
    (HEADER, "select a from tickets", "header and query disagree on inputs"),
    (HEADER, "select a from calls where t < $as_of", "header and query disagree on params"),
    (HEADER.replace("-- grain: one row per a\n", ""), "select a from calls", "lacks an entry"),
    (HEADER.replace("model: m", "model: other"), "select a from calls", "not named after"),
    (HEADER, "select a from calls; select 1", "one SELECT"),
    (HEADER, "drop table calls", "one SELECT"),
    (HEADER, "select from from", "not readable"),
])
def test_a_header_that_lies_is_an_error(
    tmp_path: Path, header: str, query: str, word: str
) -> None:
    with pytest.raises(SettingsError, match=word):
        models.load_model(write(tmp_path, "m", header, query))


def test_unknown_inputs_circles_and_unequal_unions_are_errors(tmp_path: Path) -> None:
    a = models.load_model(write(
        tmp_path, "a", "-- model: a\n-- grain: g\n-- key: x\n-- inputs: b\n-- per: all\n",
        "select x from b"))
    with pytest.raises(SettingsError, match="no model makes"):
        models.in_order([a], [])
    b = models.load_model(write(
        tmp_path, "b", "-- model: b\n-- grain: g\n-- key: x\n-- inputs: a\n-- per: all\n",
        "select x from a"))
    with pytest.raises(SettingsError, match="wait for each other"):
        models.in_order([a, b], [])
    into = "-- into: m\n-- grain: g\n-- key: x\n-- inputs: calls\n-- per: all\n"
    one = models.load_model(write(tmp_path, "one", into, "select x from calls"))
    two = models.load_model(write(tmp_path, "two", into, "select y from calls"))
    with pytest.raises(SettingsError, match="not the columns"):
        models.union([one, two])


def test_parameters_are_literals_of_the_tree_and_never_text() -> None:
    query = models.parse(Path("m.sql"), "select $a as a, $b as b, $c as c, $d as d")
    bound = models.bind(query, {"a": "'; drop table calls; --", "b": 7,
                                "c": datetime(2026, 1, 2, 3, 4), "d": timedelta(days=7)})
    import duckdb

    assert duckdb.sql(bound.sql("duckdb")).fetchall() == [
        ("'; drop table calls; --", 7, datetime(2026, 1, 2, 3, 4), timedelta(days=7))]
    with pytest.raises(SettingsError, match="Did you mean 'as_of'"):
        models.bind(models.parse(Path("m.sql"), "select $asof as a"), {"as_of": 1})


def test_a_missing_solver_is_an_error(tmp_path: Path) -> None:
    model = models.load_model(write(
        tmp_path, "m", "-- model: m\n-- grain: g\n-- key: a\n-- inputs: none\n-- per: all\n"
        "-- solve: nobody\n", "select 1 as a"))
    from journey_analytics.engines import DuckDBEngine

    engine = DuckDBEngine(tmp_path / "warehouse")
    try:
        with pytest.raises(SettingsError, match="no such solver"):
            runner.build(engine, runner.Work({}, {}, frozenset()), lambda line: None, [model])
    finally:
        engine.close()
