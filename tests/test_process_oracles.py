"""Directly-follows counts, variants, rework and transfers against plain Python, on real logs."""

from __future__ import annotations

import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from math import log2
from pathlib import Path

import pytest

from journey_analytics.engines import Published
from journey_analytics.metrics import Question, Value, measure
from journey_analytics.pipeline import warehouse_file
from journey_analytics.settings import Settings, load
from tests.test_acceptance import DATA, Run, run  # noqa: F401  (a fixture)

Log = tuple[Published, Settings]


def open_log(project: Path) -> Log:
    settings = load(project)
    # Every group: the oracle counts them all.
    privacy = settings.privacy.model_copy(update={"min_group": 1})
    return Published(warehouse_file(project)), settings.model_copy(update={"privacy": privacy})


@pytest.fixture(scope="module")
def sample(sample_project: Path) -> Iterator[Log]:
    log = open_log(sample_project)
    yield log
    log[0].connection.close()


@pytest.fixture(scope="module")
def incidents(run: Run) -> Log:  # noqa: F811
    return open_log(project_of(run, "uci-servicenow-incidents"))


@pytest.fixture(scope="module")
def shop(run: Run) -> Log:  # noqa: F811
    return open_log(project_of(run, "retentioneering-ecom"))


def project_of(run_: Run, name: str) -> Path:
    result = run_(name)
    (file,) = [path for database, path in result.rows(
        "SELECT database_name, path FROM duckdb_databases() WHERE NOT internal")
        if database == "journeys"]
    return Path(file).parents[1]


def values(log: Log, metric: str, variant: str | None = None) -> tuple[Value, ...]:
    return measure(*log, Question(metric, variant)).values


def value(log: Log, metric: str, variant: str | None = None) -> Value:
    (found,) = values(log, metric, variant)
    return found


def journeys_of(log: Log) -> dict[int, list[tuple[str, str]]]:
    """Activities and steps of each customer's journey, in their order, by plain Python."""
    kinds = dict(log[0].rows("SELECT person_key, person_kind FROM persons"))
    owners = {key: (person, customers) for key, person, customers in log[0].rows(
        "SELECT journey_key, person_key, is_customers FROM journeys")}
    found: dict[int, list[tuple[int, str, str]]] = defaultdict(list)
    for journey, number, kind, step, activity, queue in log[0].rows(
            "SELECT journey_key, touchpoint_no, kind::varchar, step::varchar, activity, "
            "queue::varchar FROM touchpoints"):
        person, is_customers = owners[journey]
        if is_customers and kinds[person] != "anonymous":
            found[journey].append((
                number, activity if activity is not None else f"{kind} {step}",
                " ".join(part for part in (kind, step, activity, queue) if part is not None)))
    return {j: [(a, s) for _, a, s in sorted(rows)] for j, rows in found.items()}


LOGS = pytest.mark.parametrize("name", [
    "sample", pytest.param("incidents", marks=pytest.mark.acceptance),
    pytest.param("shop", marks=pytest.mark.acceptance)])


@LOGS
def test_directly_follows_variants_rework_and_entropies(
    name: str, request: pytest.FixtureRequest
) -> None:
    log: Log = request.getfixturevalue(name)
    journeys = journeys_of(log)
    assert len(journeys) > 1000
    pairs: Counter[tuple[str, str]] = Counter()
    for steps in journeys.values():
        pairs.update(pairwise(["start", *(a for a, _ in steps), "end"]))
    assert {(str(v.group["from_activity"]), str(v.group["to_activity"])): v.value
            for v in values(log, "directly_follows") if v.n} == pairs

    paths = Counter(" > ".join(a for a, _ in steps) for steps in journeys.values())
    assert {v.group["path"]: v.value for v in values(log, "variants") if v.n} == paths

    rework = [len(steps) - len({s for _, s in steps}) for steps in journeys.values()]
    total = value(log, "rework", "total")
    assert (total.value, total.n) == (sum(rework), len(journeys))
    assert total.detail["journeys_with_rework"] == sum(r > 0 for r in rework)

    count = sum(paths.values())
    assert value(log, "variant_entropy").value == pytest.approx(
        -sum(n / count * log2(n / count) for n in paths.values()), abs=1e-8)
    leaving: Counter[str] = Counter()
    for (a, _), n in pairs.items():
        leaving[a] += n
    assert value(log, "transition_entropy").value == pytest.approx(
        -sum(n / sum(pairs.values()) * log2(n / leaving[a]) for (a, _), n in pairs.items()),
        abs=1e-8)


@pytest.mark.acceptance
def test_shop_steps_from_the_file_itself(shop: Log) -> None:
    """Nothing of ours but the metric: the file's clicks, cut where a week passes without one."""
    with gzip.open(DATA / "retentioneering-ecom" / "ecom.csv.gz", "rt") as file:
        rows = [(r["user_id"], datetime.fromisoformat(r["timestamp"]), r["event"])
                for r in csv.DictReader(file)]
    ties = len(rows) - len({(user, at) for user, at, _ in rows})
    by_user: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for user, at, event in rows:
        by_user[user].append((at, "message reach" if event == "support_chat" else event))
    pairs: Counter[tuple[str, str]] = Counter()
    count = 0
    for clicks in by_user.values():
        clicks.sort(key=lambda click: click[0])
        steps: list[str] = []
        for place, (at, event) in enumerate(clicks):
            if place and at > clicks[place - 1][0] + timedelta(days=7):
                pairs.update(pairwise(["start", *steps, "end"]))
                count += 1
                steps = []
            steps.append(event)
        pairs.update(pairwise(["start", *steps, "end"]))
        count += 1
    ours = Counter({(str(v.group["from_activity"]), str(v.group["to_activity"])): v.n
                    for v in values(shop, "directly_follows")})
    assert sum(ours.values()) == sum(pairs.values()) == len(rows) + count
    # Clicks of one second have no order in the file: each can change three steps, on both sides.
    apart = sum(((ours - pairs) + (pairs - ours)).values())
    assert apart <= 6 * ties < len(rows) // 25


@pytest.mark.acceptance
def test_incidents_transfers_from_history_and_from_the_counter(incidents: Log) -> None:
    """Both are shown, and every incident's difference is accounted for, from the file itself."""
    groups: dict[str, list[str]] = defaultdict(list)
    counter: dict[str, int] = defaultdict(int)
    rows = []
    with gzip.open(DATA / "uci-servicenow-incidents" / "incident_event_log.csv.gz", "rt") as file:
        for r in csv.DictReader(file):
            at = datetime.strptime(r["sys_updated_at"], "%d/%m/%Y %H:%M")
            rows.append((r["number"], at, int(r["sys_mod_count"]), r["assignment_group"]))
            counter[r["number"]] = max(counter[r["number"]], int(r["reassignment_count"]))
    visible = sum(a[0] == b[0] and a[3] != b[3] and "?" not in (a[3], b[3])
                  for a, b in pairwise(rows))
    for number, _, _, group in sorted(rows, key=lambda row: row[:3]):
        if group != "?":
            groups[number].append(group)
    bridged = {n: sum(a != b for a, b in pairwise(g)) for n, g in groups.items()}

    history = value(incidents, "transfers", "from_history")
    vendor = value(incidents, "transfers", "from_vendor_counter")
    assert visible == 17_914
    # 1,173 changes across rows that do not record the group.
    assert history.value == sum(bridged.values()) == 19_087
    assert vendor.value == sum(counter.values()) == 23_414
    apart = [count - bridged.get(number, 0) for number, count in counter.items()]
    assert vendor.detail["more_than_history"] == sum(d for d in apart if d > 0)
    assert vendor.detail["fewer_than_history"] == -sum(d for d in apart if d < 0)
    assert vendor.detail["tickets_that_differ"] == sum(d != 0 for d in apart)
    assert (history.detail["tickets_with_one"], vendor.detail["tickets_with_one"]) == (
        9_575, 11_369)
    # FACTS.md: the vendor's last resolution, and 275 reopened by its counter.
    assert [round(v.value or 0, 2) for v in (
        value(incidents, "full_resolution", "vendor_mean"),
        value(incidents, "full_resolution", "vendor_p50"))] == [178.17, 22.1]
    assert value(incidents, "reopen_rate", "from_vendor_counter").detail["hits"] == 275


@pytest.mark.acceptance
def test_asterisk_every_figure_of_the_queue(run: Run) -> None:  # noqa: F811
    log = open_log(project_of(run, "asterisk-queue"))
    ask: Callable[..., Value] = lambda *names: value(log, *names)  # noqa: E731
    offered = ask("offered")
    assert offered.detail == {"answered": 93, "abandoned": 12, "flow_outs": 1}
    assert (offered.value, offered.excluded) == (106, {"no end recorded": 2})
    assert [round(ask("asa", v).value or 0, 2) for v in ("mean", "p50")] == [38.70, 22]
    abandons = ask("wait_to_abandon")
    assert (round(abandons.value or 0, 2), abandons.n) == (95.08, 12)
    assert ask("abandon_rate").value == 12 / 106
    assert ask("abandon_rate", "short_abandons_excluded").value == 11 / 105
    assert ask("transfer_rate").detail == {
        "hits": 2, "transfers": 2, "cold": 1, "consult": 1, "external": 0, "ping_pongs": 0}
    assert (ask("contacts").value, ask("contacts", "persons").value) == (108, 63)
    waits = sorted(w for (w,) in log[0].rows(
        "SELECT wait_ms FROM queue_stays WHERE stay_result = 'answered'"))
    level = ask("service_level")
    assert (level.detail["hits"], level.n) == (sum(w <= 20_000 for w in waits), 93 + 12)
    assert ask("longest_wait", "answered_only").value == waits[-1] / 1000


@pytest.mark.acceptance
def test_pwc_every_figure_of_the_calls(run: Run) -> None:  # noqa: F811
    log = open_log(project_of(run, "pwc-call-center"))
    rate, speed = value(log, "abandon_rate"), value(log, "asa")
    assert (rate.detail["hits"], rate.n, round(100 * (rate.value or 0), 2)) == (946, 5_000, 18.92)
    assert (round(speed.value or 0, 3), speed.n) == (67.521, 4_054)
    score = value(log, "csat", "mean")
    assert (round(score.value or 0, 4), score.n) == (3.4036, 4_054)
    # Nobody is named, so nobody can be seen to come back: not 100 %, but nothing.
    fcr = value(log, "fcr")
    assert (fcr.value, fcr.n, sum(fcr.excluded.values())) == (None, 0, 5_000)
