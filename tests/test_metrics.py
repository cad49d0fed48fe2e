"""The ledger and what is asked of it: entries that hold, groups, periods, limits, the command."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Iterator
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy.stats import t as student_t
from sqlglot import exp
from typer.testing import CliRunner

from journey_analytics.cli import app
from journey_analytics.engines import Published
from journey_analytics.errors import SettingsError
from journey_analytics.metrics import (
    Measured,
    Question,
    Variant,
    examples_of_excluded,
    measure,
    measure_queries,
    measures,
    parse_numbers,
    query,
    read_ledger,
)
from journey_analytics.metrics.drivers import importance
from journey_analytics.metrics.intervals import Z, wilson
from journey_analytics.metrics.ledger import facts_model
from journey_analytics.metrics.page import ledger_page
from journey_analytics.metrics.parameters import numbers_of, parameters_of
from journey_analytics.metrics.suppression import hidden_groups
from journey_analytics.models import bind, load_models
from journey_analytics.pipeline import warehouse_file
from journey_analytics.settings import Settings, load
from tests.conftest import ROOT
from tests.project import run_project, write_project

LEDGER = read_ledger()
ENTRIES = [(m, v) for m in LEDGER.metrics.values() for v in m.variants.values()]
ASKED = [(m, v) for m, v in ENTRIES if not v.is_published]
NAMES = [f"{m.id}/{v.id}" for m, v in ASKED]


# --- the ledger -----------------------------------------------------------------------------------


@pytest.mark.parametrize("metric, variant", ENTRIES, ids=lambda x: x.id)
def test_every_entry_says_what_it_must(metric: Any, variant: Variant) -> None:
    assert variant.direction in ("higher is better", "lower is better", "neither")
    assert variant.unit in ("share", "points", "seconds", "hours", "days", "score", "count", "bits")
    for sentence in (metric.sentence, variant.sentence):
        assert sentence.endswith(".") and sentence[0].isupper()
    assert metric.source and variant.numerator and variant.denominator
    for name in variant.beside:
        LEDGER.find(name)


@pytest.mark.parametrize("metric, variant", ASKED, ids=NAMES)
def test_every_expression_reads_what_is_there(metric: Any, variant: Variant) -> None:
    columns = query.columns_of(variant.facts)
    known = set(parameters_of(numbers_of(LEDGER, Settings(), {}), None))  # type: ignore[arg-type]
    assert {"unit_key", "person_key", "journey_key", variant.booked_at, *variant.strata} <= columns
    assert variant.measure in measures.MEASURES
    for text in variant.expressions():
        parsed = query.expression(text)
        assert {c.name for c in parsed.find_all(exp.Column)} <= columns, text
        assert {p.name for p in parsed.find_all(exp.Placeholder)} <= known, text
    assert set(variant.by) <= set(query.dimensions_of(variant))
    # What a number depends on is printed with it.
    used = {p.name.removesuffix("_ms") for text in variant.expressions()
            for p in query.expression(text).find_all(exp.Placeholder)} - {"as_of"}
    told = {p.rpartition("_")[0] if p.rpartition("_")[2] in (
        "days", "hours", "minutes", "seconds") else p for p in variant.parameters}
    assert used <= told


def test_every_number_of_a_pain_point_has_an_entry() -> None:
    (model,) = [m for m in load_models() if m.table == "pain_points"]
    words = {"pain_point", "rank", "not_ranked_because", "kind", "parent_kind", "stage", "step",
             "reason", "channel", "queue", "basis"}
    defined = {c for m, v in ENTRIES if v.facts == "pain_points" and m.chapter == "Pain points"
               for c in v.published}
    assert set(model.query.named_selects) - words == defined


@pytest.mark.parametrize("table", ["pain_point_totals", "pain_point_overlaps",
                                   "pain_point_segments", "pain_point_hints"])
def test_every_number_about_pain_points_has_an_entry(warehouse: Published, table: str) -> None:
    numbers = {name for name, kind in warehouse.rows(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ?", [table])
        if kind in ("BIGINT", "INTEGER", "DOUBLE", "HUGEINT")}
    assert numbers == {c for _, v in ENTRIES if v.facts == table for c in v.published}


def test_every_rate_and_time_of_the_pack_has_an_entry(sample_project: Path) -> None:
    """Counts say what they count; a threshold is the settings' own. All else is a metric."""
    page = sample_project / "packs" / "everything" / "draft" / "pack.html"
    printed = {tuple(claim.split("|")[i] for i in (0, 2, 3))
               for claim in re.findall(r'data-claim="([^"]+)"', page.read_text())}
    metrics = {(table, re.sub("_(low|high)$", "", column)) for table, column, form in printed
               if form != "count" and table != "settings"}
    assert len(metrics) > 15
    defined = {(v.facts, re.sub("_(low|high)$", "", c)) for _, v in ENTRIES for c in v.published}
    assert metrics - defined == set(), "give them an entry in sql/metrics/8_pack.toml"


def test_a_metric_without_an_entry_cannot_be_had(warehouse: Published, settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"no such metric, found 'fcrr'. Did you mean 'fcr'"):
        measure(warehouse, settings, Question("fcrr"))
    with pytest.raises(SettingsError, match="no such variant.*Did you mean 'same_reason'"):
        measure(warehouse, settings, Question("fcr", "same_reasons"))
    with pytest.raises(SettingsError, match="computed each night"):
        measure(warehouse, settings, Question("burden"))


def test_the_page_of_the_docs_is_current() -> None:
    assert (ROOT / "docs" / "metrics.md").read_text() == ledger_page(LEDGER), \
        "run `journeys metrics --markdown > docs/metrics.md`"


@pytest.mark.parametrize("broken, word", [
    ('chapter = "c"\n[metrics.m]\nname = "n"', "lacks something"),
    ('chapter = "c"\n[metrics.m]\nname = "n"\nsentence = "s"\nsource = "s"\n'
     '[metrics.m.variants.v]\nsentense = "x"', "unknown key.*Did you mean 'sentence'"),
    ('chapter = "c"\n[metrics.m]\nname = "n"\nsentence = "s"\nsource = "s"\n'
     '[metrics.m.variants.v]\nsentence = "x"', "lacks something"),
    ("chapter =", "not valid TOML"),
])
def test_a_broken_entry_is_an_error(tmp_path: Path, broken: str, word: str) -> None:
    (tmp_path / "1.toml").write_text(broken)
    with pytest.raises(SettingsError, match=word):
        read_ledger(tmp_path)


# --- formulas against plain Python ----------------------------------------------------------------


def run_measure(
    measure_: str, rows: list[tuple[Any, ...]], columns: str, persons: list[int]
) -> tuple[dict[str, Any], measures.Answer]:
    """Run the measure's own queries and formula over rows of one cell and their persons."""
    variant = Variant("v", "", "", "", measure_, "count", "", "", "", "")
    params: dict[str, Any] = {}
    stages = measure_queries.stages_of(variant, params)
    whole = exp.select("*").from_(stages[-1][0])
    for name, text in stages:
        whole = whole.with_(name, as_=text)
    connection = duckdb.connect()
    connection.execute(
        f"CREATE TABLE judged (unit_key BIGINT, person_key BIGINT, {columns}, "
        "journey_key BIGINT DEFAULT 1, booked_at TIMESTAMP DEFAULT TIMESTAMP '2026-01-01', "
        "cell STRUCT(rule VARCHAR) DEFAULT {'rule': NULL})")
    names = ", ".join(["unit_key", "person_key", *(c.split()[0] for c in columns.split(", "))])
    marks = ", ".join("?" * len(names.split(", ")))
    connection.executemany(f"INSERT INTO judged ({names}) VALUES ({marks})",
                           [(i, p, *row) for i, (p, row) in enumerate(zip(persons, rows,
                                                                          strict=True))])
    found = connection.sql(bind(whole, params).sql("duckdb"))
    (row,) = found.fetchall()
    sums = dict(zip(found.columns, row, strict=True))
    return sums, measures.answer(variant, [sums], {})


def persons_of(dice: random.Random, rows: int) -> list[int]:
    """Some draws have a person for each row, some a few persons with many."""
    few = dice.choice((2, 5, 12, 0))
    return [dice.randrange(few) if few else i for i in range(rows)]


def by_person(persons: list[int], values: list[float]) -> list[float]:
    return [sum(v for p, v in zip(persons, values, strict=True) if p == who)
            for who in sorted(set(persons))]


def clustered(persons: list[int], errors: list[float]) -> float:
    """Variance of a sum of errors, those of a person added up first."""
    groups = by_person(persons, errors)
    return sum(e * e for e in groups) * len(groups) / (len(groups) - 1)


def design_effect(persons: list[int], hits: list[bool]) -> float:
    n, share = len(hits), sum(hits) / len(hits)
    if share in (0, 1):
        return sum(c * c for c in by_person(persons, [1.0] * n)) / n
    errors = [(h - share) / n for h in hits]
    return max(1.0, clustered(persons, errors) / (share * (1 - share) / (n - 1)))


@pytest.mark.parametrize("seed", range(30))
def test_survival_equals_kaplan_and_meier_by_hand(seed: int) -> None:
    dice = random.Random(seed)
    rows = [(dice.randint(0, 15), dice.random() < 0.6) for _ in range(dice.randint(2, 60))]
    persons = persons_of(dice, len(rows))
    if len(set(persons)) < 2:
        persons[0] = 99
    found, _ = run_measure("survival", rows, "value BIGINT, event BOOLEAN", persons)
    curve = {}
    surviving, greenwood, hazard = 1.0, 0.0, 0.0
    for time in sorted({t for t, _ in rows}):
        at_risk = sum(t >= time for t, _ in rows)
        events = sum(t == time and e for t, e in rows)
        surviving *= 1 - events / at_risk
        hazard += events / at_risk ** 2
        if events < at_risk:
            greenwood += events / (at_risk * (at_risk - events))
        curve[time] = surviving, greenwood, hazard, at_risk
    half = min((t for t, c in curve.items() if c[0] <= 0.5 + 1e-12), default=max(curve))
    errors = [(e and t <= half) / curve[min(t, half)][3] - curve[min(t, half)][2]
              for t, e in rows]
    alone = clustered(list(range(len(rows))), errors)
    effect = max(1.0, clustered(persons, errors) / alone) if alone else 1.0
    median = low = high = None
    for time, (surviving, greenwood, _, _) in curve.items():
        if surviving <= 0:
            ends: tuple[float, float | None] = (0.0, None)
        elif surviving >= 1:
            ends = (1.0, 1.0)
        else:
            width = Z * math.sqrt(effect * greenwood) / -math.log(surviving)
            ends = (surviving ** math.exp(width), surviving ** math.exp(-width))
        median = time if median is None and surviving <= 0.5 + 1e-12 else median
        low = time if low is None and ends[0] <= 0.5 else low
        high = time if high is None and ends[1] is not None and ends[1] <= 0.5 else high
    assert (found["median"], found["low"], found["high"]) == (median, low, high)
    assert found["events"] == sum(e for _, e in rows)


@pytest.mark.parametrize("seed", range(30))
def test_quantiles_equal_sorting_by_hand(seed: int) -> None:
    dice = random.Random(seed)
    values = [dice.randint(0, 40) for _ in range(dice.randint(2, 90))]
    persons = persons_of(dice, len(values))
    if len(set(persons)) < 2:
        persons[0] = 99
    ordered, n = sorted(values), len(values)
    for name, q in (("p50", 50), ("p90", 90)):
        _, answer = run_measure(name, [(v,) for v in values], "value BIGINT", persons)
        place = n * q // 100
        if n * q % 100 == 0:
            assert answer.value == (ordered[place - 1] + ordered[place]) / 2
        else:
            assert answer.value == ordered[place]
        effect = design_effect(persons, [v <= ordered[place] for v in values])
        width = Z * math.sqrt(effect * n * q * (100 - q)) / 100
        low, high = math.floor(n * q / 100 - width), math.ceil(n * q / 100 + width) + 1
        assert answer.interval.low == (ordered[low - 1] if low >= 1 else None)
        assert answer.interval.high == (ordered[high - 1] if high <= n else None)


@pytest.mark.parametrize("seed", range(30))
def test_intervals_add_up_persons_first(seed: int) -> None:
    dice = random.Random(seed)
    rows = [(dice.randint(0, 9), dice.randint(1, 5)) for _ in range(dice.randint(5, 60))]
    persons = persons_of(dice, len(rows))
    persons[:2] = [98, 99]
    n, groups = len(rows), len(set(persons))
    name = ", persons as clusters" if n > groups else ""
    student = float(student_t.ppf(0.975, groups - 1))

    _, ratio = run_measure("ratio", rows, "value BIGINT, below BIGINT", persons)
    above, below = (sum(r[i] for r in rows) for i in (0, 1))
    half = student * math.sqrt(clustered(persons, [(v - above / below * b) / below
                                                   for v, b in rows]))
    assert (ratio.interval.low, ratio.interval.high) == pytest.approx(
        (above / below - half, above / below + half), abs=1e-9)
    _, mean = run_measure("mean", [(v,) for v, _ in rows], "value BIGINT", persons)
    half = student * math.sqrt(clustered(persons, [(v - above / n) / n for v, _ in rows]))
    assert mean.interval.high == pytest.approx(above / n + half, abs=1e-9)
    assert mean.interval.method == f"Student t{name}"

    hits = [v > 6 for v, _ in rows]
    _, share = run_measure("share", [(h,) for h in hits], "value BOOLEAN", persons)
    told = n / design_effect(persons, hits)
    told *= (float(student_t.ppf(0.975, n - 1)) / student) ** 2
    expected = wilson(sum(hits) * told / n, told)
    assert (share.interval.low, share.interval.high) == pytest.approx(
        (expected.low, expected.high), abs=1e-9)
    assert share.interval.method == f"Wilson{name}"
    if n == groups:
        assert share.interval == wilson(sum(hits), n)


def test_intervals_hold_the_truth_where_persons_come_often() -> None:
    """Persons differ, and come one to twelve times: as if independent, intervals hold 87 %."""
    dice = random.Random(7)
    held = plain = 0
    for _ in range(150):
        persons, hits = [], []
        for person in range(60):
            chance = dice.betavariate(0.6, 1.4)  # three in ten on average
            for _ in range(dice.choice((1, 1, 2, 12))):
                persons.append(person)
                hits.append(dice.random() < chance)
        sums = {"n": len(hits), "persons": 60}
        of = {"n": by_person(persons, [1] * len(hits)), "hits": by_person(persons, hits)}
        for a, b in (("n", "n"), ("n", "hits"), ("hits", "hits")):
            sums[measure_queries.product(a, b)] = sum(
                x * y for x, y in zip(of[a], of[b], strict=True))
        sums["hits"] = sum(hits)
        variant = Variant("v", "", "", "", "share", "share", "", "", "", "")
        interval = measures.answer(variant, [sums], {}).interval
        held += interval.low <= 0.3 <= interval.high
        alone = wilson(sum(hits), len(hits))
        plain += alone.low <= 0.3 <= alone.high
    assert (held >= 136, plain < 130) == (True, True), (held, plain)


def test_weights_of_effort_are_found_again(
    tmp_path: Path, _session_secret: None
) -> None:
    """CES falls by one point a repeat; where enough answered, the fit finds it."""
    calls, surveys = [], []
    for number in range(220):
        times = [10, 11, 12][: number % 3 + 1]
        for day in times:
            leg = f"p{number} {day}"
            calls.append({"leg_id": leg, "call_id": leg, "external_id": f"p{number}",
                          "started_at": f"2026-01-{day} 08:00:00", "contact_reason": "billing"})
        surveys.append({
            "response_id": f"s{number}", "call_id": f"p{number} {times[-1]}", "metric": "ces",
            "score": 7 - (len(times) - 1), "scale_min": 1, "scale_max": 7,
            "answered_at": "2026-01-13 08:00:00", "external_id": f"p{number}"})
    for count in (220, 190):
        project = write_project(tmp_path / str(count), calls=calls, surveys=surveys[:count])
        run_project(project)
        with Published(warehouse_file(project)) as opened:
            (value,) = measure(opened, load(project), Question("effort")).values
        assert value.detail["journeys_with_ces"] == count
        assert value.detail["weights_are_fitted"] == int(count >= 200)
        assert value.parameters["weight_repeats"] == (
            pytest.approx(1.0, abs=1e-4) if count >= 200 else 3)
        assert value.detail["repeats"] == sum(n % 3 for n in range(220))


def test_key_drivers_from_sums_equal_those_from_rows(
    warehouse: Published, settings: Settings
) -> None:
    (value,) = measure(warehouse, settings, Question("key_drivers")).values
    as_of = warehouse.value("SELECT max(as_of) FROM runs")
    facts = query.facts_text("journey_facts", parameters_of(
        numbers_of(LEDGER, settings, {}), as_of))
    drivers = LEDGER.find("key_drivers").components
    rows = np.array(warehouse.rows(
        f"SELECT {', '.join(drivers.values())}, nps_thousandths, person_key % 20 FROM ({facts}) "
        "WHERE excluded_rule IS NULL AND contacts > 0 AND nps_thousandths IS NOT NULL"), float)

    def explained(part: Any) -> Any:
        varies = part[:, :-2].std(axis=0) > 0
        among = np.corrcoef(part[:, [*varies, True, False]].T)
        return varies, importance(among[:-1, :-1], among[:-1, -1])

    varies, (whole, parts) = explained(rows)
    assert value.n == len(rows) > 1000 and value.value == pytest.approx(whole, abs=1e-6)
    names = [name for name, is_there in zip(drivers, varies, strict=True) if is_there]
    assert [value.detail[f"share_of_{n}"] for n in names] == pytest.approx(list(parts), abs=1e-6)
    left = [explained(rows[np.abs(rows[:, -1]) != part])[1][0] for part in range(20)]
    half = float(student_t.ppf(0.975, 19)) * np.std(left) * 19 ** 0.5
    assert (value.low, value.high) == pytest.approx((whole - half, whole + half), abs=1e-6)


# --- groups, periods and limits, on the sample ----------------------------------------------------


@pytest.fixture(scope="module")
def warehouse(sample_project: Path) -> Iterator[Published]:
    with Published(warehouse_file(sample_project)) as opened:
        yield opened


@pytest.fixture(scope="module")
def settings(sample_project: Path) -> Settings:
    return load(sample_project)


@pytest.mark.parametrize("metric, variant", ASKED, ids=NAMES)
def test_every_metric_answers_and_accounts_for_every_row(
    warehouse: Published, settings: Settings, metric: Any, variant: Variant
) -> None:
    asked = measure(warehouse, settings, Question(metric.id, variant.id))
    for value in asked.values:
        assert value.metric in LEDGER.metrics
        assert bool(value.n) or value.value is None
        if value.low is not None and value.high is not None and value.value is not None:
            assert value.low <= value.value + 1e-9 and value.value <= value.high + 1e-9
    if not variant.by and not asked.values[0].blind:
        (value,) = asked.values
        rows = warehouse.value(_count_of_rows(variant, settings, warehouse))
        assert rows == value.n + value.immature + sum(value.excluded.values())


def _count_of_rows(variant: Variant, settings: Settings, warehouse: Published) -> str:
    as_of = warehouse.value("SELECT max(as_of) FROM runs")
    params = parameters_of(numbers_of(LEDGER, settings, {}), as_of)
    facts = query.facts_text(variant.facts, params)
    return f"SELECT count(*) FROM ({facts}) WHERE {variant.rows_sql or 'true'}"


BY = ("queue", "channel", "reason", "stage", "team", "day", "week", "month")


@pytest.mark.parametrize("metric, variant", ASKED, ids=NAMES)
def test_every_metric_can_be_split(metric: Any, variant: Variant) -> None:
    # An automated session need have met no queue.
    missing = {"queue", "team"} if variant.facts == "session_facts" else set()
    assert set(BY) - set(query.dimensions_of(variant)) == missing


@pytest.mark.parametrize("by", BY)
def test_groups_add_up_to_the_whole(warehouse: Published, settings: Settings, by: str) -> None:
    (whole,) = measure(warehouse, settings, Question("fcr")).values
    small = settings.model_copy(
        update={"privacy": settings.privacy.model_copy(update={"min_group": 1})})
    parts = measure(warehouse, small, Question("fcr", by=(by,))).values
    assert sum(p.n for p in parts) == whole.n
    assert sum(p.detail.get("hits") or 0 for p in parts) == whole.detail["hits"]
    assert len(parts) > 1


def test_small_groups_are_counted_and_not_named(warehouse: Published, settings: Settings) -> None:
    question = Question("contacts", by=("queue", "day"))
    asked = measure(warehouse, settings, question)
    assert asked.suppressed_groups > 0 and asked.values
    assert all(v.persons >= settings.privacy.min_group for v in asked.values)
    several = settings.model_copy(
        update={"privacy": settings.privacy.model_copy(update={"min_group": 2})})
    assert measure(warehouse, several, question).suppressed_groups < asked.suppressed_groups


def worked_out(shown: list[Any], hidden: list[Any], sizes: dict[Any, int]) -> dict[Any, float]:
    """Try to recover hidden groups from an answer and the totals along each of its dimensions."""
    lines: dict[Any, list[Any]] = {}
    for group in sizes:
        for place in range(len(group)):
            lines.setdefault((place, *group[:place], *group[place + 1:]), []).append(group)
    lines = {k: line for k, line in lines.items() if len(line) > 1} or lines
    matrix = np.array([[g in line for g in hidden] for line in lines.values()], float)
    known = [sum(sizes[g] for g in line if g not in shown) for line in lines.values()]
    found, *_ = np.linalg.lstsq(matrix, np.array(known, float))
    free = np.eye(len(hidden)) - np.linalg.pinv(matrix) @ matrix
    return {g: found[i] for i, g in enumerate(hidden) if np.allclose(free[i], 0)}


@pytest.mark.parametrize("by", [("queue",), ("day",), ("queue", "stage"),
                                ("reason", "channel")])
def test_no_small_group_can_be_worked_out(
    warehouse: Published, settings: Settings, by: tuple[str, ...]
) -> None:
    def ask(min_group: int) -> dict[Any, Any]:
        strict = settings.model_copy(
            update={"privacy": settings.privacy.model_copy(update={"min_group": min_group})})
        asked = measure(warehouse, strict, Question(
            "contacts", by=by, since=date(2026, 3, 26), until=date(2026, 4, 12)))
        return {tuple(v.group.values()): v for v in asked.values if v.n}

    every = ask(1)
    limit = 1 + sorted(v.persons for v in every.values())[len(every) // 8]
    small = [g for g, v in every.items() if v.persons < limit]
    shown = set(ask(limit))
    counts = {g: v.n for g, v in every.items()}
    assert small and shown and not shown & set(small)
    found = worked_out(list(shown), [g for g in every if g not in shown], counts)
    assert not found.keys() & set(small)
    # Had the small ones alone been hidden, the total would have told.
    last = worked_out([g for g in every if g != small[0]], small[:1], counts)
    assert last == {small[0]: pytest.approx(counts[small[0]])}


@pytest.mark.parametrize("seed", range(40))
def test_along_every_dimension_something_large_is_hidden_too(seed: int) -> None:
    dice = random.Random(seed)
    shape = [dice.randint(1, 5) for _ in range(dice.randint(1, 3))]
    sizes = {group: dice.choice((1, 3, 5, 8, 30)) for group in product(
        *(["a", "b", "c", "d", None][:n] for n in shape)) if dice.random() < 0.8}
    hidden = hidden_groups(sizes, 5)
    assert {g for g, size in sizes.items() if size < 5} <= hidden
    for place in range(len(shape)):
        for group in hidden:
            line = [g for g in sizes if all(
                a == b for i, (a, b) in enumerate(zip(g, group, strict=True)) if i != place)]
            gone = [g for g in line if g in hidden]
            assert len(gone) == len(line) or (
                len(gone) > 1 and max(sizes[g] for g in gone) >= 5)


def test_nothing_can_be_split_by_agent(warehouse: Published, settings: Settings) -> None:
    with pytest.raises(SettingsError, match="agents are never compared"):
        measure(warehouse, settings, Question("aht", by=("agent",)))
    for _, variant in ASKED:
        assert not [d for d in query.dimensions_of(variant) if "agent" in d]
        assert not [c for c in query.columns_of(variant.facts) if c.startswith("agent_")
                    and not c.endswith(("_ms", "_comments"))]


def test_days_begin_at_midnight_of_the_zone(warehouse: Published, settings: Settings) -> None:
    def of(**limits: date) -> int:
        return measure(warehouse, settings, Question("contacts", **limits)).values[0].n

    first, after = date(2026, 3, 1), date(2026, 3, 2)
    whole = warehouse.value(
        "SELECT count(*) FROM contacts WHERE excluded_rule IS NULL AND started_at >= TIMESTAMP "
        "'2026-02-28 23:00:00' AND started_at < TIMESTAMP '2026-03-01 23:00:00'")
    assert of(since=first, until=after) == whole > 0
    days = measure(warehouse, settings, Question("contacts", by=("day",))).values
    assert [d.n for d in days if d.group["day"] == "2026-03-01"] == [whole]


def test_a_queue_has_the_days_of_its_own_zone() -> None:
    variant = LEDGER.find("contacts")
    text = query.judged_query(variant, ("day",), None, None, {"It's Tokyo": "Asia/Tokyo"})
    assert "WHEN 'It''s Tokyo' THEN 'Asia/Tokyo' ELSE $zone" in text.sql("duckdb")


def test_hints_are_by_the_clock_on_the_wall() -> None:
    """The zone of the contact's calendar, else the project's; a weekday can differ too."""
    connection = duckdb.connect()
    connection.execute("""
        CREATE TABLE pain_point_contacts AS SELECT * FROM (VALUES
            (1, TIMESTAMP '2026-01-31 23:30:00'), (2, TIMESTAMP '2026-07-05 22:30:00'),
            (3, TIMESTAMP '2026-07-05 22:30:00')) AS c (contact_key, started_at)
            CROSS JOIN (SELECT NULL::varchar AS team);
        CREATE TABLE contact_work AS SELECT * FROM (VALUES
            (1, NULL), (2, NULL), (3, 'America/New_York')) AS w (contact_key, timezone);
        CREATE TABLE touchpoints (contact_key INTEGER, journey_key INTEGER, touchpoint_no INTEGER,
            step VARCHAR, kind VARCHAR, activity VARCHAR)""")
    (model,) = [m for m in load_models() if m.table == "contact_traits"]
    query_ = bind(model.query.copy(), {"timezone": "Europe/Berlin"})
    found = connection.sql(query_.sql("duckdb")).fetchall()
    assert sorted(found) == [
        (1, "hour", "0"), (1, "weekday", "7"), (2, "hour", "0"), (2, "weekday", "1"),
        (3, "hour", "18"), (3, "weekday", "7")]


def test_what_is_left_out_is_shown_with_keys(warehouse: Published, settings: Settings) -> None:
    (value,) = measure(warehouse, settings, Question("fcr")).values
    left = {r["rule"]: r for r in examples_of_excluded(warehouse, settings, Question("fcr"), 3)}
    assert {r: row["records"] for r, row in left.items()} == {
        **value.excluded, query.IMMATURE: value.immature}
    for row in left.values():
        keys = [int(k) for k in row["first_keys"].split()]
        assert 1 <= len(keys) <= 3
        assert warehouse.value(
            f"SELECT count(*) FROM contacts WHERE contact_key IN {tuple(keys)}") == len(keys)


def test_what_no_source_shows_is_blind(tmp_path: Path, _session_secret: None) -> None:
    project = write_project(tmp_path / "p", tickets=[
        {"ticket_id": f"t{i}", "created_at": "2026-03-01 08:00:00", "external_id": f"x{i}"}
        for i in range(6)])
    run_project(project)
    with Published(warehouse_file(project)) as opened:
        def ask(metric: str) -> Measured:
            return measure(opened, load(project), Question(metric))

        assert ask("service_level").values[0].blind == "no source of calls is connected"
        assert ask("nps").values[0].blind == "no source of surveys is connected"
        assert ask("out_of_hours_rate").values[0].blind
        assert ask("containment").values[0].blind == "no bot and no IVR is in the data"
        assert ask("reopens").values[0].excluded == {"its source has no history": 6}
        assert ask("contacts").values[0].value == 6


def test_numbers_can_be_set_for_a_question(warehouse: Published, settings: Settings) -> None:
    def level(seconds: float) -> float | None:
        return measure(warehouse, settings, Question(
            "service_level", numbers={"answer_within_seconds": seconds})).values[0].value

    assert (level(5) or 0) < (level(60) or 0)
    for given, word in (({"answer_in_seconds": 5}, "no such number"),
                        ({"repeat_window_days": 0}, "greater than or equal to 1")):
        with pytest.raises(SettingsError, match=word):
            measure(warehouse, settings, Question("fcr", numbers=given))
    assert parse_numbers(["a=2", "b = 0.5"]) == {"a": 2, "b": 0.5}
    with pytest.raises(SettingsError, match="not a number by its name"):
        parse_numbers(["repeat_window_days"])


def test_facts_have_one_row_for_each_key(warehouse: Published, settings: Settings) -> None:
    as_of = warehouse.value("SELECT max(as_of) FROM runs")
    params = parameters_of(numbers_of(LEDGER, settings, {}), as_of)
    for name in sorted({v.facts for _, v in ASKED}):
        if name != "path_facts":  # the last step of a journey is the touchpoint's too
            text = query.facts_text(name, params)
            assert warehouse.value(
                f"SELECT count(*) - count(DISTINCT unit_key) FROM ({text})") == 0, name
        assert facts_model(name).path.stem == name


# --- the command ----------------------------------------------------------------------------------


def journeys(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["metrics", *arguments])


def test_the_command_lists_the_ledger() -> None:
    listed = journeys()
    assert listed.exit_code == 0
    assert [m for m in LEDGER.metrics if m not in listed.output] == []
    found = json.loads(journeys("--json").output)
    assert {m["id"] for m in found["metrics"]} == set(LEDGER.metrics)
    assert journeys("--markdown").output == ledger_page(LEDGER)


def test_the_command_prints_a_table_or_json(sample_project: Path) -> None:
    asked = ("fcr", str(sample_project), "--by", "queue", "--variant", "same_reason",
             "--since", "2026-02-01")
    printed = journeys(*asked)
    assert printed.exit_code == 0, printed.output
    assert "First contact resolution (fcr, same_reason)" in printed.output
    assert "beside it  Repeat rate" in printed.output and "immature" in printed.output
    found = json.loads(journeys(*asked, "--json").output)
    assert {v["group"]["queue"] for v in found["values"]} >= {"Billing", "Technical"}
    for value in found["values"]:
        assert value["metric"] == "fcr" and value["variant"] == "same_reason"
        assert {"n", "persons", "journeys", "unit", "excluded", "low", "high", "method", "immature",
                "immature_share", "first_at", "last_at", "parameters"} <= set(value)


def test_the_command_explains(sample_project: Path) -> None:
    printed = journeys("fcr", str(sample_project), "--explain").output
    assert "counts `next_any_at is null" in printed
    assert "WITH facts AS" in printed and "Left out, with the keys of the first few" in printed
    found = json.loads(journeys("fcr", str(sample_project), "--explain", "--json").output)
    assert found["definition"]["id"] == "fcr" and found["left_out"]
    with Published(warehouse_file(sample_project)) as opened:
        assert opened.dicts(found["sql"])  # it runs as it stands
