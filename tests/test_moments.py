"""Every kind of moment: there with its cause, gone without it, and nothing else gone with it.

All cases are one project of many customers, each with what one kind needs. The second run leaves
out each case's cause, or brings what was missing; the third takes the sources' sight away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from journey_analytics import models
from journey_analytics.engines import Published
from journey_analytics.pipeline import warehouse_file
from journey_analytics.settings import Thresholds
from tests.conftest import ROOT
from tests.project import run_project, write_project

AS_OF = "2026-01-31T00:00:00Z"
SETTINGS = """
[calendars.default]
timezone = "Europe/Berlin"
days = { mon = "08:00-18:00", tue = "08:00-18:00", wed = "08:00-18:00", thu = "08:00-18:00", \
fri = "08:00-18:00" }

[escalations]
queues = ["Tier 2"]
families = ["complaint"]

[reasons.complaint]
family = "complaint"

[[expectations]]
name = "refund confirmation"
after = "Refund promised"
expect = "refund confirmed"
within_business_days = 2

[[expectations]]
name = "call back"
after = "callback_requested"
expect = "outbound_call"
within_hours = 24

[queues.Slow]
wait_seconds = 600

[channels.chat]
wait_seconds = 30
"""
Rows = dict[str, list[dict[str, Any]]]
Found = set[tuple[str, str]]


@dataclass
class Case:
    """What one customer did; ``cause`` are the ids left out, ``remedy`` the rows that come."""

    rows: Rows
    gone: set[str]
    cause: tuple[str, ...] = ()
    remedy: Rows = field(default_factory=dict)


def leg(name: str, at: str, **more: Any) -> dict[str, Any]:
    return {"leg_id": name, "call_id": name.split("/")[0], "started_at": f"2026-01-{at}", **more}


def ticket(name: str, at: str, **more: Any) -> dict[str, Any]:
    return {"ticket_id": name, "created_at": f"2026-01-{at}", "status": "open", **more}


def change(name: str, of: str, at: str, value: str, before: str = "open",
           field: str = "status") -> dict[str, Any]:
    return {"event_id": name, "ticket_id": of, "occurred_at": f"2026-01-{at}", "field": field,
            "new_value": value, "old_value": before}


def message(name: str, of: str, at: str, direction: str, **more: Any) -> dict[str, Any]:
    return {"message_id": name, "ticket_id": of, "occurred_at": f"2026-01-{at}",
            "direction": direction, "actor": "customer" if direction == "in" else "agent", **more}


def event(name: str, at: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"event_id": name, "occurred_at": f"2026-01-{at}", "event_type": kind, **more}


#: One case per kind; the 12th is a Monday. Keys name the kind, and the case where it has several.
CASES = {
    "wait": Case({"calls": [
        leg("wt/1", "12 10:00", leg_kind="queue", queue_wait_ms=130_000),
        leg("wt/2", "12 10:03")]}, {"wait"}, ("wt/1",)),
    "hold": Case({"calls": [
        leg("hd/1", "12 10:00", hold_ms=130_000), leg("hd/2", "12 10:09")]}, {"hold"}, ("hd/1",)),
    "abandonment": Case({"calls": [
        leg("ab", "12 10:00", leg_kind="queue", outcome="abandoned_queue", queue_wait_ms=90_000)]},
        {"abandonment"}, ("ab",)),
    "retry_after_abandonment": Case({"calls": [
        leg("ra1", "12 10:00", leg_kind="queue", outcome="abandoned_queue", queue_wait_ms=90_000),
        leg("ra2", "12 10:30")]}, {"retry_after_abandonment", "repeat_contact"}, ("ra2",)),
    "transfer": Case({"calls": [
        leg("tr/1", "12 10:00", queue="A", transfer_kind="blind"), leg("tr/2", "12 10:05",
                                                                       queue="B")]},
        {"transfer"}, ("tr/1",)),
    "ping_pong": Case({"calls": [
        leg("pp/1", "12 10:00", queue="A", transfer_kind="blind"),
        leg("pp/2", "12 10:05", queue="B", transfer_kind="blind"),
        leg("pp/3", "12 10:10", queue="A")]}, {"ping_pong"}, ("pp/3",)),
    "escalation": Case({
        "tickets": [ticket("es", "12 10:00", status="solved", queue="Tier 2")],
        "messages": [message("es1", "es", "12 11:00", "out")],
        "ticket_history": [
            change("es2", "es", "12 12:00", "Tier 2", "Tier 1", "queue"),
            change("es3", "es", "12 13:00", "solved")]},
        {"escalation", "transfer"}, ("es2",)),
    "escalation, complaint": Case({"calls": [
        leg("ec1", "12 10:00", contact_reason="bill"),
        leg("ec2", "13 10:00", contact_reason="complaint")]}, {"escalation"}, ("ec1",)),
    "channel_switch": Case({"calls": [leg("cs1", "12 10:00"),
                                      leg("cs2", "13 10:00", channel="chat")]},
                           {"channel_switch", "repeat_contact"}, ("cs2",)),
    "channel_switch, handed over": Case({"calls": [
        leg("ch/1", "12 10:00", outcome="transferred_out"),
        leg("ch2", "12 10:30", channel="chat")]},
        {"channel_switch", "repeat_contact"}, ("ch2",)),
    "channel_switch, by a bot": Case({
        "messages": [message("cb1", "", "12 10:00", "in", conversation_id="cb", channel="chat")],
        "channel_events": [event("cb2", "12 10:02", "bot_handoff", channel="chat",
                                 conversation_id="cb")],
        "calls": [leg("cb3", "12 10:10")]}, {"channel_switch", "repeat_contact"}, ("cb3",)),
    "forced_switch": Case({"calls": [
        leg("fs1", "12 10:00", leg_kind="queue", outcome="abandoned_queue", queue_wait_ms=90_000),
        leg("fs2", "12 10:30", channel="chat")]}, {"forced_switch"},
        remedy={"calls": [leg("fs1/2", "12 10:04", call_id="fs1")]}),
    "forced_switch, closed door": Case({"calls": [
        leg("fc1", "12 21:00"), leg("fc2", "13 10:00", channel="chat")]},
        {"forced_switch", "channel_switch", "repeat_contact"}, ("fc2",)),
    "forced_switch, kept by a menu": Case({"calls": [
        leg("fm1", "12 10:00", leg_kind="ivr", outcome="not_offered"),
        leg("fm2", "12 10:30", channel="chat")]}, {"forced_switch"},
        remedy={"calls": [leg("fm1/2", "12 10:04", call_id="fm1")]}),
    "repeat_contact": Case({"calls": [leg("rc1", "12 10:00"), leg("rc2", "13 10:00")]},
                           {"repeat_contact"}, ("rc2",)),
    "chaser": Case({
        "tickets": [ticket("ch", "12 10:00", status="solved")],
        "messages": [message("ch1", "ch", "12 20:00", "in"),
                     message("ch2", "ch", "13 09:00", "out")],
        "ticket_history": [change("ch3", "ch", "13 10:00", "solved")]},
        {"chaser", "repeat_contact"}, ("ch1",)),
    "reopen": Case({
        "tickets": [ticket("ro", "12 10:00", status="solved")],
        "messages": [message("ro1", "ro", "12 11:00", "out"),
                     message("ro2", "ro", "13 11:00", "out")],
        "ticket_history": [
            change("ro3", "ro", "12 12:00", "solved"),
            change("ro4", "ro", "13 10:00", "open", "solved"),
            change("ro5", "ro", "13 12:00", "solved")]}, {"reopen"}, ("ro4",)),
    "error_met": Case({"channel_events": [event("er", "12 10:00", "error", event_name_raw="E1")]},
                      {"error_met"}, ("er",)),
    "out_of_hours_attempt": Case({"calls": [
        leg("oo", "12 21:00", leg_kind="ivr", outcome="not_offered")]},
        {"out_of_hours_attempt"}, ("oo",)),
    "search_before_contact": Case({
        "channel_events": [event("se", "12 09:00", "search")], "calls": [leg("se1", "12 10:00")]},
        {"search_before_contact"}, ("se",)),
    "bot_handoff": Case({"channel_events": [
        event("bh1", "12 10:00", "bot_message", channel="chat", conversation_id="bh"),
        event("bh2", "12 10:04", "bot_handoff", channel="chat", conversation_id="bh")]},
        {"bot_handoff"}, ("bh2",)),
    "bot_handoff, in a call": Case({"calls": [
        leg("bc/1", "12 10:00", leg_kind="bot", ended_at="2026-01-12 10:02"),
        leg("bc/2", "12 10:02")]}, {"bot_handoff"}, ("bc/1",)),
    "silent_wait": Case({
        "tickets": [ticket("sw", "12 10:00", status="solved")],
        "messages": [message("sw1", "sw", "12 11:00", "out"),
                     message("sw2", "sw", "13 10:00", "in"),
                     message("sw3", "sw", "17 10:00", "out")],
        "ticket_history": [change("sw4", "sw", "17 11:00", "solved")]}, {"silent_wait"},
        remedy={"messages": [message("sw5", "sw", "14 10:00", "out")]}),
    "silent_wait, never answered": Case({
        "tickets": [ticket("sn", "26 10:00")]}, {"silent_wait"}, ("sn",)),
    "silent_wait, between contacts": Case({"calls": [
        leg("sb1", "12 10:00", ended_at="2026-01-12 10:05"), leg("sb2", "17 10:00")]},
        {"silent_wait", "out_of_hours_attempt", "repeat_contact"}, ("sb2",)),
    "silent_wait, we called": Case({"calls": [
        leg("sc1", "12 10:00", ended_at="2026-01-12 10:05"), leg("sc2", "16 10:00")]},
        {"silent_wait"},
        remedy={"calls": [leg("sc3", "14 10:00", direction="outbound")]}),
    "long_resolution": Case({
        "tickets": [ticket("lr", "12 10:00", status="solved")],
        "messages": [message("lr1", "lr", "12 11:00", "out")],
        "ticket_history": [change("lr2", "lr", "20 10:00", "solved")]}, {"long_resolution"},
        remedy={"ticket_history": [change("lr3", "lr", "14 10:00", "solved")]}),
    # The history begins after the solution: only the ticket's own time of solution shows it.
    "long_resolution, history begins solved": Case({
        "tickets": [ticket("lc", "12 10:00", status="closed", solved_at="2026-01-21 10:00")],
        "messages": [message("lc1", "lc", "12 11:00", "out")],
        "ticket_history": [change("lc2", "lc", "25 10:00", "closed", "solved")]},
        {"long_resolution"},
        remedy={"ticket_history": [change("lc3", "lc", "13 10:00", "solved")]}),
    "long_resolution, still open": Case({
        "tickets": [ticket("lo", "12 10:00")],
        "messages": [message("lo1", "lo", "12 11:00", "out")]}, {"long_resolution"},
        remedy={"ticket_history": [change("lo2", "lo", "13 10:00", "solved")]}),
    "missing_confirmation": Case({"calls": [
        leg("mc", "12 10:00", disposition="Refund promised")]}, {"missing_confirmation"},
        remedy={"channel_events": [
            event("mc1", "14 16:59", "custom", event_name_raw="Refund confirmed")]}),
    "missing_confirmation, no promise": Case({"calls": [
        leg("mp", "12 10:00", leg_kind="callback", outcome="callback_requested")]},
        {"missing_confirmation"}, ("mp",)),
    "missing_aftercare": Case({
        "tickets": [ticket("ma", "12 10:00", status="solved")],
        "ticket_history": [change("ma1", "ma", "13 10:00", "solved")]}, {"missing_aftercare"},
        remedy={"channel_events": [event("ma2", "14 10:00", "confirmation", direction="out")]}),
}
#: Sources are there every day: a day of nothing would be one that nobody saw.
FILLER: Rows = {
    "calls": [leg(f"f{d}", f"{d:02d} 10:00", external_id=f"filler {d}", disposition="other",
                  direction="outbound" if d % 2 else "inbound") for d in range(1, 31)],
    "channel_events": [event(f"f{d}", f"{d:02d} 10:00", "custom", external_id="filler",
                             event_name_raw="Refund confirmed") for d in range(1, 31)],
    "tickets": [ticket("filler", "01 10:00", external_id="filler", status="on_hold",
                       opened_by="agent")],
    "messages": [message(f"f{d}", "filler", f"{d:02d} 10:00", "out") for d in range(1, 31)],
}


#: Cases of the run in which nothing is delivered from the 12th to the 17th but what they did.
IN_THE_DARK = ("silent_wait", "silent_wait, we called", "missing_confirmation",
               "missing_aftercare", "long_resolution")


def without_days(first: int, last: int) -> Rows:
    """The filler with some days left out."""
    def day(row: dict[str, Any]) -> int:
        return int(str(row.get("occurred_at") or row.get("started_at", "2026-01-01"))[8:10])
    return {t: [r for r in rows if not first <= day(r) <= last] for t, rows in FILLER.items()}


def project(
    folder: Path, changed: bool = False, dark: bool = False, engine: str = "",
) -> Path:
    tables: Rows = {t: list(rows) for t, rows in (
        without_days(12, 17) if dark else FILLER).items()}
    for name, case in CASES.items():
        if dark and name not in IN_THE_DARK:
            continue
        for rows in (case.rows, case.remedy if changed else {}):
            for table, listed in rows.items():
                for row in listed:
                    if not changed or next(iter(row.values())) not in case.cause:
                        who = {} if table == "ticket_history" else {"external_id": name}
                        tables.setdefault(table, []).append({**row, **who})
    settings = SETTINGS + ("[thresholds]\ncoverage_gap_days = 1\n" if dark else "") + engine
    run_project(write_project(folder, AS_OF, settings, **tables))
    return folder


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory, engine: str
) -> Iterator[Callable[[str], Published]]:
    folder = tmp_path_factory.mktemp("moments")
    opened: dict[str, Published] = {}

    def run(name: str) -> Published:
        if name not in opened:
            made = project(folder / name, name == "changed", name == "dark", engine)
            opened[name] = Published(warehouse_file(made))
            opened[name].connection.execute(
                f"ATTACH '{made / 'warehouse' / 'state.duckdb'}' AS state (READ_ONLY)")
            opened[name].connection.execute("""
                CREATE TEMP VIEW who AS SELECT DISTINCT t.person_key, k.external_id AS who FROM (
                SELECT row_key, external_id FROM state.calls
                UNION ALL SELECT ticket_key, external_id FROM state.tickets
                UNION ALL SELECT row_key, external_id FROM state.channel_events) AS k
                JOIN touchpoints AS t ON k.row_key = t.touchpoint_key""")
        return opened[name]

    yield run
    for warehouse in opened.values():
        warehouse.connection.close()


def moments(warehouse: Published, who: str) -> Found:
    return set(warehouse.rows("""
        SELECT m.kind::varchar, strftime(m.occurred_at, '%d %H:%M') FROM moments AS m
        JOIN who AS w USING (person_key) WHERE w.who = ?""", [who]))


@pytest.mark.parametrize("name", CASES)
def test_take_the_cause_away_and_exactly_its_moment_goes(
    name: str, runs: Callable[[str], Published]
) -> None:
    before, after = moments(runs("whole"), name), moments(runs("changed"), name)
    kind = name.split(",")[0]
    assert kind in {k for k, _ in before}
    gone, come = before - after, after - before
    assert ({k for k, _ in gone}, come) == (CASES[name].gone, set()), (before, after)
    parent = dict(runs("whole").rows("SELECT kind::varchar, parent_kind FROM moment_kinds"))
    assert all(parent[k] in CASES[name].gone for k in CASES[name].gone if parent[k] and k != kind)


def test_every_kind_has_a_case(runs: Callable[[str], Published]) -> None:
    kinds = {k for (k,) in runs("whole").rows("SELECT kind::varchar FROM moment_kinds")}
    files = {m.path.stem for m in models.load_models()
             if m.table == "moments" and m.role == "into"}
    assert kinds == files == {name.split(",")[0] for name in CASES}
    assert kinds == {name.split(",")[0] for name, *_ in GIVEN_EXPECTED}


GIVEN_EXPECTED = [
    ("wait", "queue", "12 10:00", 130 / 3600),
    ("hold", None, "12 10:00", 130 / 3600),
    ("abandonment", None, "12 10:00", 90 / 3600),
    ("retry_after_abandonment", None, "12 10:30", None),
    ("transfer", "blind", "12 10:00", None),
    ("ping_pong", "blind", "12 10:05", None),  # at the second transfer
    ("repeat_contact", None, "13 10:00", None),
    ("chaser", None, "12 20:00", None),
    ("reopen", None, "13 10:00", 2.0),  # solved again at 12:00
    ("error_met", None, "12 10:00", None),
    # 22:00 in Berlin; the line opens at 8:00 there.
    ("out_of_hours_attempt", None, "12 21:00", 10.0),
    ("channel_switch", "chosen", "13 10:00", None),
    ("channel_switch, handed over", "directed", "12 10:30", None),
    ("channel_switch, by a bot", "directed", "12 10:10", None),
    ("forced_switch", "gave up", "12 10:30", None),
    ("forced_switch, closed door", "closed door", "13 10:00", None),
    ("forced_switch, kept by a menu", "met no human", "12 10:30", None),
    ("silent_wait", "we owed the next step", "16 10:00", 96.0),
    ("silent_wait, never answered", "we owed the next step", "29 10:00", None),
    ("silent_wait, between contacts", "between contacts", "15 10:05", 119 + 55 / 60),
    ("long_resolution", "solved late", "19 10:00", 192.0),
    ("long_resolution, history begins solved", "solved late", "19 10:00", 216.0),
    ("long_resolution, still open", "still open", "19 10:00", None),
    # Monday 11:00 in Berlin and two business days: Wednesday 18:00 there.
    ("missing_confirmation", "refund confirmation", "14 17:00", None),
    ("missing_confirmation, no promise", "call back", "13 10:00", None),
    ("missing_aftercare", "silent solution", "16 10:00", None),
    ("bot_handoff", None, "12 10:04", 4 / 60),
    ("bot_handoff, in a call", None, "12 10:02", 2 / 60),
    ("escalation", "higher tier", "12 12:00", None),
    ("escalation, complaint", "complaint", "13 10:00", None),
    ("search_before_contact", None, "12 10:00", None),
]


@pytest.mark.parametrize("name, variant, at, hours", GIVEN_EXPECTED)
def test_given_rows_expected_moment(
    name: str, variant: str | None, at: str, hours: float | None,
    runs: Callable[[str], Published],
) -> None:
    found = runs("whole").rows("""
        SELECT variant, strftime(occurred_at, '%d %H:%M'), lost_ms / 3600000 FROM moments AS m
        JOIN who AS w USING (person_key) WHERE w.who = ? AND m.kind = ?""",
        [name, name.split(",")[0]])
    assert [(v, t) for v, t, _ in found] == [(variant, at)]
    assert found[0][2] == (None if hours is None else pytest.approx(hours))


def test_what_no_source_could_have_shown_is_blind_and_no_moment(
    runs: Callable[[str], Published]
) -> None:
    absences = ("silent_wait", "missing_confirmation", "missing_aftercare")
    for name in IN_THE_DARK[:4]:
        assert not {k for k, _ in moments(runs("dark"), name)} & set(absences), name
        outcomes = runs("dark").rows("""
            SELECT outcome FROM deadlines JOIN who USING (person_key)
            WHERE who = ? AND kind = ?""", [name, name.split(",")[0]])
        assert outcomes == [("blind",)], name
    # What the record itself shows needs nobody else's days.
    assert "long_resolution" in {k for k, _ in moments(runs("dark"), "long_resolution")}
    subjects = {s for (s,) in runs("dark").rows("SELECT subject FROM blind_spots")}
    assert {"silences", "some missing confirmations",
            "solutions that nobody followed up"} <= subjects


def test_what_comes_late_is_a_moment_that_says_how_late(tmp_path: Path) -> None:
    rows = {"calls": [*FILLER["calls"], leg("x", "12 10:00", disposition="Refund promised",
                                            external_id="x")],
            "channel_events": [*FILLER["channel_events"], event(
                "y", "15 11:00", "custom", event_name_raw="Refund confirmed", external_id="x")]}
    project = write_project(tmp_path / "p", AS_OF, SETTINGS, **rows)
    run_project(project)
    with Published(warehouse_file(project)) as warehouse:
        assert warehouse.rows("""
            SELECT occurred_at, lost_ms / 3600000 FROM moments
            WHERE kind = 'missing_confirmation'""") == [(datetime(2026, 1, 14, 17), 18.0)]


BUSINESS = """
[calendars.default]
timezone = "Europe/Berlin"
days = { mon = "08:00-18:00", tue = "08:00-18:00", wed = "08:00-18:00", thu = "08:00-18:00", \
fri = "08:00-18:00" }
exceptions = { 2026-01-13 = "closed", 2026-01-14 = "08:00-12:00" }
"""


@pytest.mark.parametrize("within, raised, due", [
    ("within_business_days = 1", "09 10:00", "12 17:00"),  # Friday: Monday evening
    ("within_business_days = 1", "10 10:00", "12 17:00"),  # Saturday: too
    ("within_business_days = 1", "12 05:00", "14 11:00"),  # Monday before opening; Tuesday is off
    ("within_business_days = 2", "12 10:00", "15 17:00"),
    ("within_business_hours = 4", "12 10:00", "12 14:00"),
    ("within_business_hours = 8", "12 10:00", "14 08:00"),  # 7 h on Monday, 1 h on Wednesday
    ("within_business_hours = 7", "12 10:00", "12 17:00"),  # to the minute of closing
    ("within_business_hours = 11", "12 10:00", "14 11:00"),
    ("within_business_hours = 1", "10 10:00", "12 08:00"),
    ("within_days = 2", "10 10:00", "12 10:00"),
    ("within_days = 29", "01 10:00", "30 10:00"),  # more milliseconds than 32 bits hold
])
def test_by_when_it_is_due(within: str, raised: str, due: str, tmp_path: Path) -> None:
    expectation = f'[[expectations]]\nname = "x"\nafter = "promised"\nexpect = "done"\n{within}\n'
    project = write_project(
        tmp_path / "p", AS_OF, BUSINESS + expectation,
        calls=[*FILLER["calls"], leg("x", raised, disposition="promised", external_id="x")],
        channel_events=[{**e, "event_name_raw": "done"} for e in FILLER["channel_events"]])
    run_project(project)
    with Published(warehouse_file(project)) as warehouse:
        assert warehouse.rows("""
            SELECT strftime(due_at, '%d %H:%M'), outcome FROM deadlines
            WHERE kind = 'missing_confirmation'""") == [(due, "overdue")]


def test_business_time_without_opening_hours_is_not_measured(tmp_path: Path) -> None:
    """The only calendar is another queue's: nothing is due, and the blind spots say so."""
    other = BUSINESS.replace("[calendars.default]", '[calendars.other]\nqueues = ["Other"]')
    project = write_project(
        tmp_path / "p", AS_OF, other + '[[expectations]]\nname = "x"\nafter = "promised"\n'
        'expect = "done"\nwithin_business_days = 1\n',
        calls=[leg("x", "12 10:00", disposition="promised", external_id="x", queue="Mine")])
    run_project(project)
    with Published(warehouse_file(project)) as warehouse:
        assert warehouse.rows("SELECT due_at, outcome FROM deadlines") == [(None, "unmeasured")]
        assert warehouse.value("""SELECT because FROM blind_spots
            WHERE subject = 'confirmations within business time'""")


def test_thresholds_of_a_queue_go_before_those_of_its_channel(tmp_path: Path) -> None:
    waits = {"voice": ("voice", "", 130), "quick": ("voice", "", 40), "chat": ("chat", "", 40),
             "slow": ("voice", "Slow", 500), "too slow": ("voice", "Slow", 600),
             "slow chat": ("chat", "Slow", 500)}
    project = write_project(tmp_path / "p", AS_OF, SETTINGS, calls=[
        leg(name, "12 10:00", leg_id=name, call_id=name, external_id=name, channel=channel,
            queue=queue, queue_wait_ms=seconds * 1000)
        for name, (channel, queue, seconds) in waits.items()])
    run_project(project)
    with Published(warehouse_file(project)) as warehouse:
        warehouse.connection.execute(
            f"ATTACH '{project / 'warehouse' / 'state.duckdb'}' AS state (READ_ONLY)")
        found = warehouse.rows("""
            SELECT c.leg_id FROM moments AS m JOIN state.calls AS c ON m.anchor_key = c.row_key
            WHERE m.kind = 'wait' ORDER BY ALL""")
    assert [name for (name,) in found] == ["chat", "too slow", "voice"]


PAGE = ROOT / "docs" / "moments.md"


def test_the_page_of_definitions_is_complete_and_true(runs: Callable[[str], Published]) -> None:
    sections = {m[1]: m[0] for m in re.finditer(r"## [^\n]+ \(`(\w+)`\)\n.*?(?=\n## |\Z)",
                                                PAGE.read_text(), re.S)}
    rows = runs("whole").dicts(
        "SELECT kind::varchar AS kind, parent_kind, title, sentence FROM moment_kinds")
    assert set(sections) == {r["kind"] for r in rows}
    of_file = {m.path.stem: m for m in models.load_models() if m.table == "moments"}
    parameters = Thresholds().parameters()
    for row in rows:
        text = sections[row["kind"]]
        assert f"## {row['title']} (`" in text and row["sentence"] in text, row["kind"]
        assert ("Part of" in text) == bool(row["parent_kind"]), row["kind"]
        assert not row["parent_kind"] or f"`{row['parent_kind']}`" in text, row["kind"]
        evidence = {c.this for c in of_file[row["kind"]].query.selects[-1].find_all(
            models.exp.Literal)}
        assert any(f"**{word}**" in text for word in evidence), row["kind"]
        for name in of_file[row["kind"]].params & parameters.keys():
            assert f"`{name.removesuffix('_ms')}_" in text, (row["kind"], name)


def test_a_day_is_enough_for_a_deadline_to_pass(tmp_path: Path) -> None:
    """Nothing is delivered, time passes: the night finds the person by the deadline alone."""
    folder = write_project(tmp_path / "p", AS_OF, SETTINGS, tickets=[
        ticket("t", "12 10:00", external_id="x")], calls=FILLER["calls"])
    for day, expected in ((19, 0), (20, 1)):
        done = run_project(folder, as_of=datetime(2026, 1, day) + timedelta(hours=1))
        assert (done.night is not None) == (day == 20)
        with Published(warehouse_file(folder)) as warehouse:
            assert warehouse.value(
                "SELECT count(*) FROM moments WHERE kind = 'long_resolution'") == expected
