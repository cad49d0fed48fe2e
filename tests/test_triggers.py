"""Update triggers: quiet nights stay quiet, planted shifts are found, one run and its log."""

from __future__ import annotations

import shlex
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from journey_analytics.cli_monitoring import read_backtest, read_triggers
from journey_analytics.engines import Published
from journey_analytics.errors import SettingsError
from journey_analytics.monitoring.announcements import read_announcements
from journey_analytics.monitoring.triggers import judge
from journey_analytics.pipeline import run_project, warehouse_file
from tests.conftest import ROOT
from tests.project import write_project
from tests.quiet_days import FIRST, HOLIDAYS, Shift, simulate
from tests.test_docs import blocks, journeys

SHIFT_DAY = 90
NIGHTS = [FIRST + timedelta(days=d) for d in range(SHIFT_DAY - 10, SHIFT_DAY + 31)]
#: The planted shifts, and after how many nights each has to be on.
PLANTED = {
    "volume": (Shift(SHIFT_DAY, volume=1.5), 7), "satisfaction": (Shift(SHIFT_DAY, score=-0.5), 10),
    "new_channel": (Shift(SHIFT_DAY, new_channel=8), 7),
    "migration": (Shift(SHIFT_DAY, is_migration=True), 7),
}


def test_on_quiet_nights_false_alarms_stay_at_the_set_rate() -> None:
    """Nights eight days apart: their weeks do not overlap, and each weekday has its turn."""
    rate, nights = 0.05, 200
    facts = simulate(np.random.default_rng(1), 63 + 8 * nights, rate=rate)
    rows = judge(facts, [FIRST + timedelta(days=63 + 8 * n) for n in range(1, nights + 1)])
    assert rows["night"].nunique() == nights
    alarms = rows[rows["is_on"]]["night"].nunique()
    assert alarms <= binom.ppf(0.999, nights, rate)
    tested = rows["p_value"].dropna()
    assert len(tested) > 20 * nights  # and the tests are no blunter than they say
    assert 0.5 < (tested <= 0.05).mean() / 0.05 < 1.2


@pytest.mark.parametrize("rule", PLANTED)
def test_planted_shifts_are_found(rule: str) -> None:
    shift, most = PLANTED[rule]
    delays = []
    for seed in range(3):
        facts = simulate(np.random.default_rng(seed), SHIFT_DAY + 31, shift)
        rows = judge(facts, NIGHTS)
        on = rows[rows["is_on"] & (rows["rule"] == rule)]
        first = min(on["last_day"]) + timedelta(days=1)
        delays.append((first - FIRST).days - SHIFT_DAY)
        if rule == "volume":
            assert set(on["channel"]) == {"voice"}
    sys.stdout.write(f"{rule}: found after {delays} nights\n")
    assert min(delays) > 0 and max(delays) <= most


def flat(**changes: Any) -> pd.DataFrame:
    """Facts of one channel with as many contacts each day, but as the changes say: day, count."""
    counts = [10] * 70
    for name, value in changes.items():
        counts[int(name.removeprefix("day_"))] = value
    rows = [{"fact": "count", "measure": "contacts", "dimension": "channel", "subject": "voice",
             "channel": "voice", "day": FIRST + timedelta(days=d), "n": n, "total": 0}
            for d, n in enumerate(counts) if n]
    told = simulate(np.random.default_rng(0), 1)
    return pd.concat([pd.DataFrame(rows), told[told["fact"] != "count"]])


def volume(facts: pd.DataFrame) -> dict[str, Any]:
    rows = judge(facts, [FIRST + timedelta(days=70)])
    (row,) = rows[(rows["rule"] == "volume")].to_dict("records")
    return row


def test_expected_is_the_mean_of_the_same_weekdays_without_holidays_and_outages() -> None:
    assert (volume(flat())["value"], volume(flat())["expected"]) == (70, 70)
    holiday = (HOLIDAYS[1] - FIRST).days
    assert 14 <= holiday < 63
    assert volume(flat(**{f"day_{holiday}": 900}))["expected"] == 70
    assert volume(flat(day_60=0))["expected"] == 70  # a day without anything is not covered
    assert volume(flat(day_60=26))["expected"] == 72  # one weekday of eight had 16 more
    closed = volume(flat(day_65=0))
    assert (closed["value"], closed["expected"]) == (60, 60)


def test_a_count_is_as_surprising_as_a_poisson_count_where_nothing_varies() -> None:
    """With no spread before, the variance is the mean's and that of eight weeks' mean."""
    row = volume(flat(day_69=40))
    assert row["value"] == 100 and row["low"] < 70 < row["high"] < 100
    sd = (row["high"] - row["low"]) / 2 / 2.0
    assert sd == pytest.approx(np.sqrt(70 * (1 + 1 / 8)), rel=0.08)
    assert row["is_on"] and 1e-5 < row["p_value"] < 2e-3


def test_shares_of_a_whole_do_not_add_up_to_more_than_it() -> None:
    """A week so small that all parts are one: added up, these shares are 1.0000000000000002."""
    told = simulate(np.random.default_rng(0), 1)
    counts = [{"fact": "count", "measure": "contacts", "dimension": "channel", "subject": channel,
               "channel": channel, "day": FIRST + timedelta(days=day), "total": 0,
               "n": before if day < 63 else 1}
              for channel, before in zip("abcd", (11, 24, 22, 11), strict=True)
              for day in (*range(0, 50, 7), 69)]
    rows = judge(pd.concat([pd.DataFrame(counts), told[told["fact"] != "count"]]),
                 [FIRST + timedelta(days=70)])
    assert not (rows["rule"] == "audience").any()


def test_an_announced_drop_is_no_alarm() -> None:
    facts = simulate(np.random.default_rng(2), SHIFT_DAY + 14, Shift(SHIFT_DAY, score=-1.0))
    day = FIRST + timedelta(days=SHIFT_DAY + 7)
    told = pd.DataFrame([{"fact": "announcement", "subject": "new system", "channel": "voice",
                          "day": day - timedelta(days=7), "until_day": day}])
    rows = judge(pd.concat([facts, told]), [day])
    found = rows[rows["rule"] == "satisfaction"].set_index("channel")
    on = found["is_on"].to_dict()
    assert (on["email"], on["voice"], on[""]) == (True, False, False)  # "": of all channels
    assert found["announced"].to_dict()["voice"] == "new system"


def test_a_map_older_than_its_limit_is_told_until_it_is_issued_again() -> None:
    start = FIRST
    issues = pd.DataFrame([
        {"fact": "issue", "subject": "care", "day": start, "issued_day": start},
        {"fact": "issue", "subject": "care", "day": start + timedelta(days=200),
         "issued_day": start + timedelta(days=203)}])
    rows = judge(pd.concat([flat(), issues]), [start + timedelta(days=d) for d in (
        180, 181, 202, 210, 381)])
    on = rows[rows["rule"] == "map_age"].set_index("value")["is_on"].to_dict()
    assert on == {180: False, 181: True, 202: True, 10: False}
    facts = pd.concat([flat(), issues.assign(until_day=[None, start + timedelta(days=206)])])
    (row,) = judge(facts, [start + timedelta(days=210)]).query("rule == 'map_age'").to_dict(
        "records")
    assert row["value"] == 210  # the later issue was withdrawn


@pytest.mark.parametrize(("line", "words"), [
    ("2026-02-30,2026-03-01,x,", "start_date: not a date, found '2026-02-30'"),
    ("2026-03-02,2026-03-01,x,", "end_date: before the start"),
    ("2026-03-01,2026-03-02,x,vioce", "channel: no such channel, found 'vioce', allowed"),
    ("2026-03-01,2026-03-02,,", "what: is empty"),
])
def test_bad_announcements_are_told_and_good_ones_stay(
    tmp_path: Path, line: str, words: str
) -> None:
    (tmp_path / "announcements.csv").write_text(
        f"start_date,end_date,what,channel\n{line}\n2026-03-01,2026-03-01,good,voice\n")
    found, problems = read_announcements(tmp_path, ["email", "voice"])
    assert [a.what for a in found] == ["good"]
    assert len(problems) == 1 and words in str(problems[0])


def test_a_run_publishes_triggers_and_remembers_them(tmp_path: Path) -> None:
    end = date(2026, 3, 30)
    calls = [{"leg_id": f"{d} {n}", "call_id": f"{d} {n}", "external_id": f"p{(7 * d + n) % 90}",
              "started_at": f"{end - timedelta(days=d)} 09:{n:02d}:00"}
             for d in range(1, 80) for n in range(5)]
    tickets = [{"ticket_id": f"t{d} {n}", "external_id": f"p{4 * d + n}", "channel": "chat",
                "created_at": f"{end - timedelta(days=d)} 12:{n:02d}:00"}
               for d in range(1, 8) for n in range(4)]
    project = write_project(tmp_path / "project", f"{end}T00:00:00Z", calls=calls,
                            tickets=tickets)
    run_project(project)
    found = read_triggers(project)
    assert [(t["rule"], t["subject"]) for t in found["triggers"]] == [("new_channel", "chat")]
    (channel,) = found["triggers"]
    assert channel["evidence"] == "28 contacts by chat in a week, none in the eight weeks before"
    assert channel["first_seen"] == datetime(2026, 3, 30)
    backtest = read_backtest(project, 30)
    assert [(s["rule"], s["first_night"], s["last_night"]) for s in backtest["triggers"]] == [
        ("new_channel", end - timedelta(days=2), end)]  # 20 contacts on the fifth day
    later = datetime(2026, 4, 20, tzinfo=UTC)
    run_project(project, as_of=later)
    assert read_triggers(project)["triggers"] == []
    with Published(warehouse_file(project)) as warehouse:
        log = warehouse.rows("SELECT subject, first_run, last_run, is_on FROM trigger_log")
    assert log == [("chat", 1, 1, False)]
    printed = journeys("triggers", str(project), "--backtest", "30d")
    assert printed.returncode == 0 and "28 contacts by chat" in printed.stdout


def test_the_backtest_says_of_the_last_night_what_the_run_said(sample_project: Path) -> None:
    tonight = {(t["rule"], t["measure"], t["dimension"], t["subject"])
               for t in read_triggers(sample_project)["triggers"]}
    found = read_backtest(sample_project, 2)
    assert tonight == {(t["rule"], t["measure"], t["dimension"], t["subject"])
                       for t in found["triggers"] if t["last_night"] == found["until"]}


def test_the_commands_about_monitoring_run_as_they_stand(
    tmp_path: Path, sample_project: Path
) -> None:
    (tmp_path / "demo").symlink_to(sample_project)
    lines = [line for block in blocks(ROOT / "docs" / "monitoring.md", "sh")
             for line in block.splitlines()]
    assert len(lines) == 4
    for line in lines:
        done = journeys(*shlex.split(line)[1:], cwd=tmp_path)
        assert done.returncode == 0, f"{line}: {done.stderr}"


def test_a_backtest_of_no_number_of_days_is_refused() -> None:
    from journey_analytics.cli_monitoring import triggers

    with pytest.raises(SettingsError, match="allowed like 180d"):
        triggers(Path(), "half a year")
