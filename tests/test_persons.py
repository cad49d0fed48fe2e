"""Who is who, as a user asks it: chains, policies, changes from run to run, a rebuild."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from journey_analytics.errors import DataError
from journey_analytics.person import explain_person
from journey_analytics.sensitivity import identity_sensitivity
from tests.project import DEFAULTS, Row, run_project, write_csv, write_project
from tests.test_docs import journeys
from tests.test_model_cases import call as any_call


def call(call_id: str, at: str, **more: str) -> Row:
    return any_call(call_id, at, external_id="", **more)


def ticket(ticket_id: str, at: str, **more: str) -> Row:
    return {"ticket_id": ticket_id, "created_at": f"2026-03-{at}", "solved_at": f"2026-03-{at}",
            "customer_ref": "", "email": "", "phone": "", **more}


#: Anna: number A1 and mail on a ticket, mail and phone on another, the phone alone on a call.
#: Ben and Cora share a phone, which stands beside both their numbers.
CALLS = [
    call("c1", "10 09:00", customer_ref="", phone="+4930111111"),
    call("c2", "11 09:00", customer_ref="B1", phone="+4930222222"),
    call("c3", "12 09:00", customer_ref="C1", phone="+4930222222"),
    call("c4", "13 09:00", customer_ref="", phone="+4930222222"),
]
TICKETS = [
    ticket("t1", "01 09:00", customer_ref="A1", email="anna@example.org"),
    ticket("t2", "02 09:00", email="Anna@Example.org", phone="+4930111111"),
    ticket("t3", "03 09:00", customer_ref="A1"),
]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = write_project(tmp_path / "project", calls=CALLS, tickets=TICKETS)
    run_project(folder)
    return folder


def persons(folder: Path) -> list[tuple[int, int]]:
    with duckdb.connect(str(folder / "warehouse" / "journeys.duckdb"), read_only=True) as found:
        return found.sql("SELECT touchpoints, contacts FROM persons ORDER BY ALL").fetchall()


def deliver(folder: Path, table: str, night: int, *rows: Row) -> None:
    write_csv(folder / "landing" / f"{table}_2026-04-{night:02d}.csv",
              [{**DEFAULTS[table], **row} for row in rows])


def changes(folder: Path) -> list[tuple[str, str, int]]:
    with duckdb.connect(str(folder / "warehouse" / "journeys.duckdb"), read_only=True) as found:
        return found.sql("SELECT change, cause, count(*) FROM person_changes GROUP BY ALL "
                         "ORDER BY ALL").fetchall()


def test_the_chain_names_each_record_in_between(project: Path) -> None:
    found = explain_person(project, "A1", "+49 30 111111")
    steps = [(link["from"], link["to"]) for link in found["chain"]]
    assert len(steps) == 4
    assert steps[0][0] == "customer_ref 'A1'" and steps[-1][1] == "phone '+49 30 111111'"
    assert steps[0][1] == "tickets row, landing/tickets_2026-03-31.csv:2"
    assert steps[2][1] == "tickets row, landing/tickets_2026-03-31.csv:3"
    assert "anna@example.org" not in json.dumps(found)


def test_a_person_that_hangs_by_single_records_says_by_which(project: Path) -> None:
    found = explain_person(project, "anna@example.org")
    assert found["units"] == 4 and len(found["keys"]) == 3
    assert sorted(b["by"] for b in found["bridges"]) == [
        "tickets row, landing/tickets_2026-03-31.csv:2",
        "tickets row, landing/tickets_2026-03-31.csv:3"]
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as found_in:
        assert found_in.execute(
            "SELECT units, linked_keys, links, bridges FROM person_shapes WHERE person_key = ?",
            [int(found["person_key"])]).fetchall() == [(4, 3, 6, 2)]


def test_keys_of_two_persons_and_of_nobody_are_told_apart(project: Path) -> None:
    with pytest.raises(DataError, match="two persons, no record joins them"):
        explain_person(project, "A1", "B1")
    with pytest.raises(DataError, match="no key of one person, found 0 persons"):
        explain_person(project, "+4930222222")  # shared by Ben and Cora: it links nobody


def test_the_command_line_explains_a_person(project: Path) -> None:
    found = journeys("explain", "--person", "A1", "--to", "+4930111111", str(project))
    assert found.returncode == 0 and "tickets_2026-03-31.csv:3" in found.stdout
    assert journeys("explain", "--person", "nobody", str(project)).returncode == 3
    assert journeys("explain", "A1", str(project)).returncode == 2


def test_policies_differ_in_the_direction_of_their_names(project: Path) -> None:
    found = {row["policy"]: row for row in identity_sensitivity(project)}
    assert [name for name, row in found.items() if row["is_set"]] == ["default"]
    # Anna's call is hers, Ben and Cora are two, the call from their phone is nobody's.
    assert found["default"]["persons"] == 4
    # Their phone makes Ben, Cora and the third caller one.
    assert found["loose"]["persons"] == 2
    # No number is joined by mail or phone: A1; her mail and phone; B1; C1; the phone alone.
    assert found["strict"]["persons"] > found["default"]["persons"]
    assert found["strict"]["contacts"] == found["loose"]["contacts"]


def test_sensitivity_changes_nothing_that_is_published(project: Path) -> None:
    before = persons(project)
    assert journeys("identity", str(project)).returncode == 0
    assert persons(project) == before
    run_project(project)
    assert persons(project) == before
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as found:
        assert found.sql("SELECT count(*) FROM identity_sensitivity").fetchall() == [(3,)]


def test_merges_and_splits_are_logged_with_their_cause(project: Path) -> None:
    assert changes(project) == []
    deliver(project, "tickets", 1, ticket("t9", "05 09:00", customer_ref="B1",
                                          email="anna@example.org"))
    run_project(project)  # two customer numbers on one mail: it is shared, Anna falls apart
    assert changes(project) == [("split", "a key is now shared by too many", 2)]
    deliver(project, "calls", 2, call("c9", "14 09:00", customer_ref="A1", phone="+4930111111"))
    run_project(project)
    assert ("merged", "a record joins them", 2) in changes(project)


def test_a_corrected_record_splits_with_that_cause(project: Path) -> None:
    path = project / "landing" / "tickets_2026-03-31.csv"
    text = path.read_text().replace("Anna@Example.org", "other@example.org")
    path.write_text(text)
    shutil.rmtree(project / "warehouse")
    run_project(project)
    joined = persons(project)
    deliver(project, "tickets", 1, ticket("t2", "02 09:00", email="anna@example.org",
                                          phone="+4930111111"))
    run_project(project)
    assert persons(project) != joined
    assert ("merged", "a record joins them", 2) in changes(project)


def test_verify_equals_a_rebuild_and_finds_one_changed_row(project: Path) -> None:
    deliver(project, "calls", 2, call("c9", "14 09:00", customer_ref="A1", phone="+4930333333"))
    run_project(project)
    good = journeys("verify", "--rebuild", str(project))
    assert good.returncode == 0, good.stdout + good.stderr
    assert "equal a full rebuild" in good.stdout
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb")) as published:
        published.execute("UPDATE contacts SET legs = legs + 1 WHERE contact_key = "
                          "(SELECT min(contact_key) FROM contacts)")
    bad = journeys("verify", "--rebuild", "--json", str(project))
    assert bad.returncode == 1
    differing = json.loads(bad.stdout)["differing"]
    assert [t["table"] for t in differing] == ["contacts"]
    assert differing[0]["only_published"]["rows"] == differing[0]["only_rebuilt"]["rows"] == 1
    assert not (project / "warehouse" / "verify").exists()


def test_verify_shows_no_text_of_private_tables(project: Path) -> None:
    with duckdb.connect(str(project / "warehouse" / "state.duckdb")) as state:
        state.execute("UPDATE tickets SET email = 'secret@example.org' WHERE ticket_id = 't1'")
    bad = journeys("verify", "--rebuild", "--json", str(project))
    assert bad.returncode == 1
    differing = {t["table"]: t for t in json.loads(bad.stdout)["differing"]}
    assert differing["tickets"]["only_published"]["rows"] == 1
    assert set(differing["tickets"]["only_published"]["first"][0]) >= {"source", "ticket_key"}
    assert "example.org" not in bad.stdout
