"""Actions measured back: bad lines beside good ones, the ledger's values, planted verdicts."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from journey_analytics.engines import Published
from journey_analytics.metrics import Question, measure
from journey_analytics.monitoring.actions import COLUMNS, read_actions
from journey_analytics.monitoring.changes import cell, difference
from journey_analytics.pipeline import run_project, warehouse_file
from journey_analytics.settings import load
from journey_analytics.verify import verify_rebuild
from journey_analytics.workshop import moment_kinds
from tests.project import DEFAULTS, write_csv, write_project

HEAD = ",".join(COLUMNS) + "\n"
WORDS = {"reason": ["invoice"], "reason_family": ["billing"], "stage": ["usage"],
         "channel": ["voice"], "queue": ["Billing", "Technical"]}
START, NIGHT = date(2026, 2, 2), date(2026, 3, 30)
#: Eight weeks before and after, as the action has it: 56 days to the night.
BEFORE = START - timedelta(days=56)


def read(folder: Path, text: str) -> tuple[list[Any], list[str]]:
    (folder / "actions.csv").write_text(text, encoding="utf-8")
    found, problems = read_actions(folder, moment_kinds(), WORDS)
    return found, [str(p).replace(f"{folder}/", "") for p in problems]


@pytest.mark.parametrize(("line", "place", "words"), [
    ("A1,wiat,x,y,2026-06-30,asa,down,9,,M,2026-02-02", "pain_point", "Did you mean 'wait'?"),
    ("A1,wait,x,y,2026-06-31,asa,down,9,,M,2026-02-02", "deadline", "not a date"),
    ("A1,wait,x,y,2026-01-31,asa,down,9,,M,2026-02-02", "deadline", "before the start"),
    ("A1,wait,x,y,2026-06-30,asaa,down,9,,M,2026-02-02", "metric", "Did you mean 'asa'?"),
    ("A1,wait,x,y,2026-06-30,asa/p99,down,9,,M,2026-02-02", "metric", "allowed variants: "),
    ("A1,wait,x,y,2026-06-30,contacts,down,9,,M,2026-02-02", "metric", "cannot be told"),
    ("A1,wait,x,y,2026-06-30,asa,less,9,,M,2026-02-02", "direction", "allowed up, down"),
    ("A1,wait,x,y,2026-06-30,fcr,up,80,,M,2026-02-02", "target", "like 0.1 or 10 %"),
    ("A1,wait,x,y,2026-06-30,asa,down,9 %,,M,2026-02-02", "target", "a number of seconds"),
    ("A1,wait,x,y,2026-06-30,asa,down,9,queue=Bill,M,2026-02-02", "segment", "no such queue"),
    ("A1,wait,x,y,2026-06-30,asa,down,9,queue=Billing,M", "", "not as many cells"),
    ("A1,wait,,y,2026-06-30,asa,down,9,,M,2026-02-02", "action", "is empty"),
    ("A0,wait,x,y,2026-06-30,asa,down,9,,M,2026-02-02", "id", "stands twice"),
])
def test_a_bad_line_is_told_with_its_place_and_good_ones_stay(
    tmp_path: Path, line: str, place: str, words: str
) -> None:
    good = "A{},wait,x,y,2026-06-30,asa/p90,down,180,queue=Billing,M,2026-02-02\n"
    found, problems = read(tmp_path, HEAD + good.format(0) + line + "\n" + good.format(9))
    assert [a.action for a in found] == ["A0", "A9"]
    (problem,) = problems
    assert problem.startswith(f"actions.csv:3{', ' + place if place else ''}: ")
    assert words in problem


def call(who: str, day: date, n: int, queue: str, wait_seconds: float, **more: Any) -> Any:
    leg = f"{who} {day} {n} {queue}"
    return {"leg_id": leg, "call_id": leg, "external_id": who, "queue": queue,
            "started_at": f"{day} {8 + n % 10:02d}:{n * 7 % 60:02d}:00", "talk_ms": 60_000,
            "queue_wait_ms": round(1000 * wait_seconds), **more}


def planted() -> tuple[list[Any], list[Any]]:
    """Billing waits half as long from the start on; all queues are a little quicker anyway."""
    rng = np.random.default_rng(5)
    calls, surveys = [], []
    for n in range(1400):
        day = BEFORE + timedelta(days=int(rng.integers(0, 112)))
        queue = ("Billing", "Technical", "Delivery")[n % 3]
        is_after = day >= START
        wait = rng.gamma(4, 60) * (0.9 if is_after else 1)
        wait *= 0.5 if is_after and queue == "Billing" else 1
        who = f"p{rng.integers(0, 500)}"
        calls.append(call(who, day, n, queue, wait, contact_reason=queue.lower()))
        surveys.append({"response_id": f"r{n}", "call_id": calls[-1]["call_id"],
                        "answered_at": f"{day} 20:00:00", "score": str(rng.integers(4, 11))})
    return calls, surveys


ACTIONS = HEAD + "".join(f"{line}\n" for line in (
    "better,wait,Call back,Care,2026-03-01,asa/p50,down,150,queue=Billing,M,2026-02-02",
    "share,wait,Call back,Care,2026-06-30,moment_share,down,50 %,queue=Billing,M,2026-02-02",
    "noise,wait,Hope,IT,2026-06-30,asa/p50,down,100,queue=Technical,M,2026-02-02",
    "elsewhere,wait,Hope,IT,2026-06-30,asa,down,300,queue=Technical,M,2026-02-02",
    "score,wait,Smile,IT,2026-06-30,nps,up,-35,queue=Technical,S,2026-02-02",
    "fcr,repeat_contact,Ask,IT,2026-06-30,fcr,up,10 %,,S,2026-02-02",
    "young,wait,Wait,IT,2026-06-30,asa,down,9,queue=Billing,S,2026-03-10",
    "nothing,wait,Wait,IT,2026-06-30,asa,down,9,reason=login,S,2026-02-02"))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Path:
    calls, surveys = planted()
    folder = write_project(
        tmp_path_factory.mktemp("actions") / "project", f"{NIGHT}T00:00:00Z", calls=calls,
        surveys=surveys, settings='[reasons.login]\nfamily = "account"\n')
    (folder / "actions.csv").write_text(ACTIONS)
    assert run_project(folder).problems == []
    return folder


def progress(project: Path) -> dict[str, dict[str, Any]]:
    with Published(warehouse_file(project)) as warehouse:
        return {a["action"]: a for a in warehouse.dicts("SELECT * FROM action_progress")}


def test_planted_improvement_and_noise_get_the_right_verdicts(project: Path) -> None:
    found = progress(project)
    assert {name: a["verdict"] for name, a in found.items()} == {
        "better": "on target", "share": "on target", "noise": "not on target",
        "elsewhere": "not enough data", "score": "not enough data", "fcr": "not enough data",
        "young": "too early", "nothing": "not enough data"}
    better, elsewhere = found["better"], found["elsewhere"]
    assert better["difference_high"] < 0 and better["is_due"] and better["days"] == 56
    assert better["other_change"] < 0  # quicker elsewhere too, and not counted as its own
    assert better["change"] < better["difference"] < 0
    assert "elsewhere" in elsewhere["because"] and elsewhere["value_high"] < 300
    assert found["fcr"]["difference"] is None  # it touches everything
    with Published(warehouse_file(project)) as warehouse:
        log = warehouse.rows("SELECT action, verdict, is_on FROM action_log ORDER BY action")
    assert log == [(name, found[name]["verdict"], True) for name in sorted(found)]


@pytest.mark.parametrize("name", ["better", "noise", "elsewhere", "score", "fcr"])
def test_values_are_the_ledgers(project: Path, name: str) -> None:
    action = progress(project)[name]
    metric, _, variant = action["metric"].partition("/")
    queue = action["segment"].removeprefix("queue=")
    with Published(warehouse_file(project)) as warehouse:
        for column, since, until in (("value_before", BEFORE, START), ("value", START, NIGHT)):
            asked = measure(warehouse, load(project), Question(
                metric, variant or None, ("queue",) if queue else (), since, until))
            (answer,) = (v for v in asked.values if v.group.get("queue", "") == queue)
            assert action[column] == pytest.approx(answer.value, abs=1e-6)
            if column == "value" and metric in ("asa", "fcr") and not variant:
                assert (action["value_low"], action["value_high"]) == pytest.approx(
                    (answer.low, answer.high), rel=0.02)


def test_the_difference_is_that_of_a_regression_with_persons_as_clusters() -> None:
    rng = np.random.default_rng(3)
    person = rng.integers(0, 90, 900)
    here, after = rng.random(900) < 0.4, rng.random(900) < 0.5
    x = rng.normal(0, 1, 90)[person] + 0.5 * here + 0.3 * after - 0.4 * here * after \
        + rng.normal(0, 1, 900)
    rows = pd.DataFrame({"person": person, "x": x, "y": 1.0})
    cells = {(a, b): cell(rows, (here == a) & (after == b), "mean")
             for a in (True, False) for b in (True, False)}
    found = difference(rows, (1, cells[True, True]), (-1, cells[True, False]),
                       (-1, cells[False, True]), (1, cells[False, False]))
    design = sm.add_constant(np.column_stack([here, after, here & after]).astype(float))
    fit = sm.OLS(x, design).fit(cov_type="cluster", cov_kwds={
        "groups": person, "use_correction": False}, use_t=True)
    assert found.value == pytest.approx(fit.params[3])
    assert (found.high - found.low) / 2 / fit.bse[3] == pytest.approx(
        1.987 * np.sqrt(90 / 89), rel=1e-3)


def test_the_interval_of_a_difference_of_medians_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(8)
    held = 0
    for _ in range(200):
        person = rng.integers(0, 60, 400)
        after = rng.random(400) < 0.5
        x = np.exp(rng.normal(0, 0.5, 60)[person] + rng.normal(0, 0.5, 400)) * np.where(after, 2, 1)
        rows = pd.DataFrame({"person": person, "x": x, "y": 1.0})
        found = difference(rows, (1, cell(rows, after, "p50")), (-1, cell(rows, ~after, "p50")))
        held += found.low <= 1.0 <= found.high
    assert 180 <= held <= 198


def test_a_night_measures_what_a_full_rebuild_does(project: Path, tmp_path: Path) -> None:
    shutil.copytree(project, tmp_path / "project")
    calls = [call(f"p{n}", NIGHT, n, "Billing", 20.0, contact_reason="billing") for n in range(40)]
    write_csv(tmp_path / "project" / "landing" / "calls_2026-04-01.csv",
              [{**DEFAULTS["calls"], **c} for c in calls])
    night = run_project(tmp_path / "project", as_of=datetime(2026, 4, 1, tzinfo=UTC))
    assert night.night is not None and night.records_new == 40
    assert progress(tmp_path / "project")["better"]["n_after"] \
        > progress(project)["better"]["n_after"]
    assert verify_rebuild(tmp_path / "project")["differing"] == []
