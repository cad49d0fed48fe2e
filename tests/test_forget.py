"""A forgotten person leaves no trace, stays out, and takes nobody else along."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from journey_analytics import pipeline
from journey_analytics.cli import app
from journey_analytics.errors import DataError
from journey_analytics.forget import forget, search
from journey_analytics.identity import CustomerKey, share_secret
from journey_analytics.identity.forget import erase, find_person, traces_of
from journey_analytics.pack.build import build_pack, declared, issue_pack, list_packs
from journey_analytics.pack.erasing import FORGOTTEN
from journey_analytics.pack.quotes import APPROVED, OFFERED
from journey_analytics.pack.verify import superseded
from journey_analytics.pipeline import run_project
from journey_analytics.settings import load, secret_of
from journey_analytics.settings_packs import PackScope
from tests.project import DEFAULTS, Row, write_csv, write_project
from tests.test_docs import journeys
from tests.test_persons import call, ticket
from tests.test_state import checksums

#: What must be nowhere afterwards, in any spelling a file had.
SECRETS = ("anna@example.org", "anna@EXAMPLE.org", "+4930111111", "030 / 111 111", "KD-4711-A")
CALLS = [
    call("c1", "10 09:00", customer_ref="", phone="+4930111111"),
    call("c2", "11 09:00", customer_ref="KD-4712-B", phone="+4930222222"),
    call("c3", "12 09:00", customer_ref="", phone="030 / 111 111"),
    call("bad", "12 09:00", customer_ref="KD-4711-A", phone="+4930111111", talk_ms="-5"),
]
TICKETS = [
    ticket("t1", "01 09:00", customer_ref="KD-4711-A", email="anna@EXAMPLE.org"),
    ticket("t2", "02 09:00", email="anna@example.org", phone="+4930111111"),
    ticket("t3", "03 09:00", customer_ref="KD-4712-B", email="ben@example.org"),
]
MESSAGES = [
    {"message_id": "m1", "ticket_id": "t1", "occurred_at": "2026-03-01 10:00",
     "text": "please answer"},
    {"message_id": "m2", "ticket_id": "t3", "occurred_at": "2026-03-03 10:00",
     "text": "my neighbour anna@example.org has it too"},
    {"message_id": "m3", "ticket_id": "t3", "occurred_at": "2026-03-03 11:00", "text": "hello?"},
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "project", calls=CALLS, tickets=TICKETS, messages=MESSAGES)
    toml = (folder / "journeys.toml").read_text()
    (folder / "journeys.toml").write_text(toml.replace("[project]", '[project]\nregion = "DE"'))
    run_project(folder)
    return folder


def deliver(project: Path, table: str, rows: list[Row]) -> None:
    """Deliver rows in a later file, with the columns that the table's adapter reads."""
    columns = {"calls": {"talk_ms": ""}}.get(table, {})
    write_csv(project / "landing" / f"{table}_2026-04-01.csv",
              [{**DEFAULTS[table], **columns, **row} for row in rows])


def everything(project: Path) -> str:
    """Every value of every table of both databases, and every byte of the packs, as text."""
    parts = [p.read_text() for p in (project / "packs").rglob("*.html")]
    for name in ("state", "journeys"):
        with duckdb.connect(str(project / "warehouse" / f"{name}.duckdb"), read_only=True) as file:
            for schema, table in file.sql(
                    "SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                parts += [str(row) for row in
                          file.sql(f'SELECT * FROM "{schema}"."{table}"').fetchall()]
    return "\n".join(parts)


def account(project: Path) -> dict[str, int]:
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as file:
        return dict(file.sql("SELECT coalesce(rule, fate), sum(records)::int FROM account "
                             "GROUP BY ALL").fetchall())


def test_before_the_traces_are_there(project: Path) -> None:
    text = everything(project)
    assert all(secret in text for secret in SECRETS)


@pytest.mark.parametrize("key", ["ANNA@example.org ", "030 111111", "KD-4711-A",
                                 "phone:+49 30 111 111"])
def test_no_trace_is_left_whatever_key_was_given(project: Path, key: str) -> None:
    found = forget(project, key)
    assert found["found"] == {} and found["searched"]["free_blocks"] == 0
    assert found["searched"]["tables"] > 30 and found["searched"]["bytes"] > 10_000
    text = everything(project)
    assert [secret for secret in SECRETS if secret in text] == []
    for file in (project / "warehouse").rglob("*.duckdb*"):
        raw = file.read_bytes()
        assert [secret for secret in SECRETS if secret.encode() in raw] == []
    # Two calls, a bad one, two tickets, a message of theirs, and one that names them.
    assert sum(found["records"].values()) == 7
    assert found["files"] == ["landing/calls_2026-03-31.csv", "landing/messages_2026-03-31.csv",
                              "landing/tickets_2026-03-31.csv"]


def test_others_stay_and_every_record_is_accounted_for(project: Path) -> None:
    forget(project, "anna@example.org")
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as file:
        assert file.sql("SELECT contacts FROM persons").fetchall() == [(3,)]
        assert file.sql("SELECT sum(records)::int FROM files").fetchall() == [(10,)]
    assert account(project) == {"used": 3, "forgotten": 7}


def test_a_delivery_of_them_stays_out_and_leaves_no_trace(project: Path) -> None:
    forget(project, "anna@example.org")
    before = checksums(project)
    again: dict[str, list[Row]] = {
        "calls": [CALLS[0], call("c9", "20 09:00", customer_ref="", phone="030 111111")],
        "tickets": TICKETS[:2], "messages": MESSAGES[:1]}
    for table, rows in again.items():
        deliver(project, table, rows)
    run_project(project)
    text = everything(project)
    assert [secret for secret in (*SECRETS, "030 111111") if secret in text] == []
    for file in (project / "warehouse").rglob("*.duckdb*"):
        assert b"anna@example.org" not in file.read_bytes()
    assert account(project) == {"used": 3, "forgotten": 12}
    after = checksums(project)
    assert {t for t in before if before[t] != after[t] and "account" not in t} == set()
    run_project(project, full=True)
    assert {t for t in after if checksums(project)[t] != after[t]} == set()


def test_a_new_customer_on_a_forgotten_persons_unit_is_not_swallowed(project: Path) -> None:
    forget(project, "anna@example.org")
    deliver(project, "calls", [call("c10", "21 09:00", customer_ref="KD-4713-C", phone="")])
    run_project(project)
    assert account(project)["used"] == 4


def test_forgetting_twice_is_no_error(project: Path) -> None:
    forget(project, "anna@example.org")
    before = checksums(project)
    assert forget(project, "KD-4711-A")["was_forgotten"]
    assert checksums(project) == before


def test_a_forgetting_that_was_killed_is_ended_by_the_next_run(project: Path) -> None:
    run = pipeline.start(project)
    pipeline.prepare_state(run.engine)
    share_secret(run.engine, secret_of(project))
    erase(run.engine, find_person(run.engine, run.settings, "anna@example.org"))
    pipeline.finish(run)  # records are blanked; nothing is built anew
    assert "anna@example.org" in everything(project)
    run_project(project)
    text = everything(project)
    assert [secret for secret in SECRETS if secret in text] == []
    for file in (project / "warehouse").rglob("*.duckdb*"):
        assert b"anna@example.org" not in file.read_bytes()
    assert account(project) == {"used": 3, "forgotten": 7}


def test_the_search_finds_what_is_there(project: Path) -> None:
    keys = [CustomerKey("email", "", "ben@example.org", 0),
            CustomerKey("phone", "", "+4930222222", 0),
            CustomerKey("customer_ref", "test", "KD-4712-B", 0)]
    for key in keys:
        _, found = search(project, traces_of([key]))
        assert any("records" in place for place in found), key


def test_keys_that_are_nobodys_alone_are_refused(project: Path) -> None:
    with pytest.raises(DataError, match="no record carries it"):
        forget(project, "who@example.org")
    deliver(project, "calls", [
        call(f"x{i}", "22 09:00", customer_ref=f"X{i}", phone="0309999999") for i in range(3)])
    run_project(project)
    with pytest.raises(DataError, match="too many share it"):
        forget(project, "030 9999999")


def test_the_command_asks_and_tells(project: Path) -> None:
    asked = journeys("forget", "anna@example.org", str(project))
    assert asked.returncode != 0 and "anna@example.org" in everything(project)
    done = journeys("forget", "anna@example.org", str(project), "--yes")
    assert done.returncode == 0, done.stderr
    assert "nothing of them is left" in " ".join(done.stdout.split())
    assert "landing/calls_2026-03-31.csv" in done.stdout
    again = journeys("forget", "anna@example.org", str(project), "--yes", "--json")
    assert json.loads(again.stdout)["was_forgotten"]


def test_no_file_but_deliveries_holds_what_a_forgotten_person_said(tmp_path: Path) -> None:
    """Their text was approved, printed in an issue, and in the draft of a pack of flags."""
    persons = range(12)
    said = "I waited for nobody at the blue counter, number {:02}"
    project = write_project(
        tmp_path / "project",
        tickets=[ticket(f"t{i}", "01 09:00", email=f"p{i:02}@example.org") for i in persons],
        messages=[{"message_id": f"m{i}{n}", "ticket_id": f"t{i}", "text": said.format(i),
                   "occurred_at": f"2026-03-0{2 + n} 10:00"} for i in persons for n in (0, 1)])
    run_project(project)
    offered = (project / OFFERED).read_text()
    (project / APPROVED).write_text(offered)
    settings = load(project)
    old = issue_pack(project, settings, declared(settings)[0], pipeline.SOLVERS)
    copy = shutil.copytree(old, tmp_path / "sent")
    assert superseded(old) == ""
    build_pack(project, settings, PackScope(name="of_flags", length="brief"), pipeline.SOLVERS)

    def held(text: str) -> set[str]:
        return {path.relative_to(project).parts[0] for path in project.rglob("*")
                if path.is_file() and text.encode() in path.read_bytes()}

    mine = next(said.format(i) for i in persons if said.format(i) in offered)
    number = mine.rpartition(" ")[2]
    assert held(mine) == {"landing", "warehouse", "packs", OFFERED, APPROVED}
    assert forget(project, f"p{number}@example.org")["found"] == {}
    assert held(mine) == held(f"p{number}@example.org") == {"landing"}
    assert not (project / "packs" / "of_flags" / "draft").exists()
    assert sorted(p.name for p in old.parent.iterdir() if p.is_dir()) == ["draft", "v002"]

    def asked(*words: str | Path) -> str:
        done = CliRunner().invoke(app, ["pack", *map(str, words)])
        return f"{done.output}{done.exception or ''}"

    assert "its files were removed on" in asked("verify", old)
    assert "destroy this copy" in asked("verify", copy, "--warehouse", project)
    first, second = list_packs(project, settings)[0]["issues"]
    assert (first["folder"], first["removed_because"]) == (None, FORGOTTEN)
    assert f"{FORGOTTEN}; pack.html {first['digest'][:12]}" in asked("list", project)
    assert second["folder"] and not second["removed_at"]
    others = {said.format(i) for i in persons} - {mine}
    assert any(text in (project / APPROVED).read_text() for text in others)
