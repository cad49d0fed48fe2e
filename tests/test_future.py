"""The future state: what a constraint means, who is judged, what small groups hide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from statsmodels.stats.proportion import proportion_confint

from journey_analytics.engines import Published
from journey_analytics.pipeline import warehouse_file
from journey_analytics.settings import Settings
from journey_analytics.settings_future import read_future
from journey_analytics.settings_observations import read_observations
from journey_analytics.workshop import moment_kinds
from tests.project import write_project
from tests.test_beliefs import run_without_packs


def read(folder: Path, text: str) -> tuple[list[Any], list[str]]:
    (folder / "future.toml").write_text(text, encoding="utf-8")
    found, problems = read_future(folder, moment_kinds())
    return found, [str(p).replace(f"{folder}/", "") for p in problems]


def constraint(name: str, *lines: str) -> str:
    return "\n".join(["[[constraints]]", f'name = "{name}"', *lines]) + "\n\n"


ANSWER = constraint("answered", 'time_to = "answer"', "within_seconds = 60")
TRANSFER = constraint("one transfer", 'moment = "transfer"', "at_most = 1")


@pytest.mark.parametrize(("text", "words"), [
    (constraint("x", 'time_to = "answer"'), "give time_to and one of within_seconds"),
    (constraint("x", 'time_to = "anser"', "within_days = 1"), "future.toml:6: time_to: "),
    (constraint("x", 'moment = "transfer"'), "or moment and at_most"),
    (constraint("x", 'moment = "transfer"', "at_most = 1", "within_days = 1"), "give time_to"),
    (constraint("x", 'time_to = "answer"', "within_hours = 1", "within_days = 1"), "give time_to"),
    (constraint("x", 'moment = "tranfer"', "at_most = 1"), "Did you mean 'transfer'?"),
    (constraint("x", 'moment = "transfer"', "at_mots = 1"), "Did you mean 'at_most'?"),
    (constraint("x", 'moment = "transfer"', "at_most = -1"), "at_most: "),
    ("[[constraints]]\nmoment = \"transfer\"\nat_most = 1\n\n", "'name' is missing"),
    (ANSWER, "two constraints have this name, found 'answered'"),
])
def test_a_bad_constraint_is_told_with_its_place_and_good_ones_stay(
    tmp_path: Path, text: str, words: str
) -> None:
    found, problems = read(tmp_path, ANSWER + text + TRANSFER)
    assert [c.name for c in found] == ["answered", "one transfer"]
    (problem,) = problems
    assert problem.startswith("future.toml:6: ") and words in problem, problem


def test_a_file_that_is_no_toml_is_one_clear_error(tmp_path: Path) -> None:
    assert read_future(tmp_path, moment_kinds()) == ([], [])
    assert read(tmp_path, "") == ([], [])
    found, problems = read(tmp_path, "[[constraints\n")
    assert found == [] and "future.toml: not valid TOML" in problems[0]
    found, problems = read(tmp_path, "limit = 3\n" + ANSWER)
    assert len(found) == 1 and "unknown setting 'limit'" in problems[0]


def test_observations_keep_to_steps_stages_and_roles(tmp_path: Path) -> None:
    (tmp_path / "observations.csv").write_text(
        "step,stage,who,observation\n"
        "wait,usage,Billing agent,The queue is full before nine\n"
        "Hand over,,Agent,<b>=1+1</b>\n"
        "wiat,usage,Agent,x\n"
        "wait,usgae,Agent,x\n"
        "wait,usage,anna@example.org,x\n"
        "wait,usage,,x\n", encoding="utf-8")
    found, problems = read_observations(tmp_path, Settings())
    assert [(o.step, o.stage, o.who) for o in found] == [
        ("wait", "usage", "Billing agent"), ("hand_over", "", "Agent")]
    told = sorted(str(p).replace(f"{tmp_path}/observations.csv:", "") for p in problems)
    assert [t.split(":")[0] for t in told] == ["4, step", "5, stage", "6, who", "7, who"]
    assert "Did you mean 'wait'?" in told[0] and "anna" not in problems[-1].public


# --- held against a run ---------------------------------------------------------------------------

CHECKS = (
    ANSWER + TRANSFER
    + constraint("no transfer", 'moment = "transfer"', "at_most = 0")
    + constraint("confirmed", 'time_to = "confirmation"', "within_minutes = 10")
    + constraint("resolved", 'time_to = "resolution"', "within_days = 3")
    + constraint("no closed door", 'moment = "out_of_hours_attempt"', "at_most = 0"))


def call(n: int, day: str, queue: str, reason: str, wait_s: int = 5, **more: str) -> dict[str, str]:
    return {"leg_id": f"l{n}", "call_id": f"k{n}", "started_at": f"{day} 10:00:00",
            "ended_at": f"{day} 10:30:00", "enqueued_at": f"{day} 10:00:00", "queue": queue,
            "queue_wait_ms": str(1000 * wait_s), "talk_ms": "60000", "external_id": f"c{n}",
            "contact_reason": reason, **more}


def rows_of(project: Path) -> dict[tuple[str, str, str], dict[str, Any]]:
    with Published(warehouse_file(project)) as warehouse:
        rows = warehouse.connection.sql("FROM future_checks").to_arrow_table().to_pylist()
    return {(r["name"], r["dimension"], r["value"]): r for r in rows}


def counted(row: dict[str, Any]) -> tuple[Any, Any]:
    return row["journeys_failing"], row["journeys"]


@pytest.fixture(scope="module")
def future_project(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Path:
    """Calls of two reasons and tickets in writing: each row below says what it shall be."""
    calls, tickets, messages = [], [], []
    for n in range(60):  # 20 of 60 wait over a minute, 6 of them give up before it
        more = {"outcome": "abandoned_queue", "talk_ms": ""} if n < 6 else {}
        calls.append(call(n, f"2026-02-{1 + n % 20:02d}", "Billing", "invoice",
                          30 if n < 6 else 90 if n < 20 else 5, **more))
    for n in range(60, 90):  # 8 of 30 are passed on, once
        passed = n < 68
        calls.append(call(n, f"2026-02-{1 + n % 20:02d}", "Technical", "outage",
                          **({"outcome": "transferred_out", "transfer_kind": "blind"}
                             if passed else {})))
        if passed:
            calls.append(call(n, f"2026-02-{1 + n % 20:02d}", "Second Level", "outage")
                         | {"leg_id": f"m{n}", "leg_seq": "2", "started_at":
                            f"2026-02-{1 + n % 20:02d} 10:31:00"})
    for n in range(90, 94):  # too few to be a part of their own
        calls.append(call(n, "2026-02-05", "Moves", "moving", 300))
    for n in range(40):  # 10 of 40 hear nothing for an hour; 7 come too late to be judged
        day = "2026-03-30" if n < 7 else f"2026-02-{1 + n % 20:02d}"
        at = "23:55:00" if n < 7 else "09:00:00"
        answered = "09:05:00" if n >= 17 else "10:00:00"
        tickets.append({"ticket_id": f"t{n}", "created_at": f"{day} {at}", "queue": "Mail",
                        "external_id": f"w{n}", "contact_reason": "invoice",
                        "solved_at": "" if n < 7 else f"{day} 12:00:00",
                        "status": "open" if n < 7 else "solved"})
        messages.append({"message_id": f"a{n}", "occurred_at": f"{day} {at}",
                         "ticket_id": f"t{n}", "external_id": f"w{n}", "is_public": "true"})
        if n >= 7:
            messages.append({"message_id": f"b{n}", "occurred_at": f"{day} {answered}",
                             "ticket_id": f"t{n}", "direction": "out", "actor": "agent",
                             "is_public": "true"})
    reasons = "".join(f'[reasons.{r}]\nfamily = "{r}"\n' for r in ("invoice", "outage", "moving"))
    project = write_project(tmp_path_factory.mktemp("future") / "p", settings=reasons, calls=calls,
                            tickets=tickets, messages=messages, ticket_history=[
                                {"event_id": "e1", "ticket_id": "t20", "new_value": "open",
                                 "occurred_at": "2026-02-01 09:01:00", "old_value": "new"}])
    (project / "future.toml").write_text(CHECKS)
    run_without_packs(project)
    return project


def test_constraints_are_counted_over_journeys(future_project: Path) -> None:
    found = rows_of(future_project)
    assert counted(found["answered", "all", "all"]) == (20 + 4, 94), "giving up is no answer"
    assert counted(found["one transfer", "all", "all"]) == (0, 127)
    assert counted(found["no transfer", "all", "all"]) == (8, 127)
    assert counted(found["confirmed", "all", "all"]) == (10, 33), "the youngest are not judged"
    given_up = 6
    assert counted(found["resolved", "all", "all"]) == (given_up, 127)
    closed = found["no closed door", "all", "all"]
    assert counted(closed) == (None, None)
    assert closed["untested_because"].startswith("blind: no opening hours")
    share = found["answered", "all", "all"]
    low, high = proportion_confint(24, 94, method="wilson")
    assert (share["share_low"], share["share_high"]) == pytest.approx((low, high), abs=2e-6)


def test_parts_tell_where_and_hide_small_groups(future_project: Path) -> None:
    found = rows_of(future_project)
    # Four persons moved; with them the smallest other part goes, or they could be subtracted.
    assert {v for n, d, v in found if (n, d) == ("answered", "reason")} == {"invoice"}
    assert counted(found["answered", "reason", "invoice"]) == (20, 60)
    assert {v for n, d, v in found if (n, d) == ("answered", "queue")} == {"Billing"}
    # All journeys of these constraints are of large groups.
    assert {v for n, d, v in found if (n, d) == ("confirmed", "reason")} == {"invoice"}
    assert counted(found["confirmed", "channel", "email"]) == (10, 33)
    assert not [r for r in found.values()
                if r["persons"] is not None and (r["persons"] < 5 or 0 < r["persons_failing"] < 5)]


def test_several_journeys_of_a_person_tell_less(tmp_path: Path) -> None:
    calls = []
    for n in range(120):  # twelve persons, ten issues each, who all wait or never do
        person = n % 12
        at = f"2026-0{1 + n // 12 % 2}-{1 + n // 24 * 6:02d}"
        calls.append(call(n, at, "Billing", f"r{n // 12}", 90 if person < 6 else 5)
                     | {"external_id": f"c{person}"})
    project = write_project(tmp_path / "p", calls=calls)
    (project / "future.toml").write_text(ANSWER)
    run_without_packs(project)
    row = rows_of(project)["answered", "all", "all"]
    assert counted(row) == (60, 120) and row["persons"] == 12
    low, high = proportion_confint(6, 12, method="wilson")
    assert (row["share_low"], row["share_high"]) == pytest.approx((low, high), abs=1e-3)
