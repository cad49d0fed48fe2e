"""Two sources that share customers, against persons, contacts, journeys and moments written by
hand before any model ran (tests/fixtures/two_sources/README.md)."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from tests.conftest import FIXTURES
from tests.project import run_project

EXPECTED = FIXTURES / "two_sources" / "expected"
#: Kinds the hand-written list is complete for; waits for a first reply are not in it.
KINDS = {"out_of_hours": "out_of_hours_attempt"}


def expected(name: str) -> list[dict[str, str]]:
    with (EXPECTED / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z"))


@pytest.fixture(scope="module")
def two_sources(two_sources: Path, engine: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as either engine builds it."""
    if not engine:
        return two_sources
    project = tmp_path_factory.mktemp("two") / "project"
    shutil.copytree(FIXTURES / "two_sources", project)
    with (project / "journeys.toml").open("a") as file:
        file.write(engine)
    run_project(project)
    return project


@pytest.fixture(scope="module")
def both(two_sources: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse with the private state file beside it, which knows vendors' ids."""
    connection = duckdb.connect(str(two_sources / "warehouse" / "journeys.duckdb"), read_only=True)
    connection.execute(
        f"ATTACH '{two_sources / 'warehouse' / 'state.duckdb'}' AS state (READ_ONLY)")
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def key_of(both: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Vendor's id ('phone:K101', 'desk:T1001') to the key of the contact or touchpoint."""
    rows = both.sql("""
        SELECT 'phone:' || c.call_id, t.contact_key FROM state.calls AS c
        JOIN touchpoints AS t ON c.row_key = t.touchpoint_key
        UNION SELECT 'phone:' || leg_id, row_key FROM state.calls
        UNION SELECT 'desk:' || k.ticket_id, t.contact_key FROM state.tickets AS k
        JOIN touchpoints AS t ON k.ticket_key = t.touchpoint_key
        UNION SELECT 'desk:' || message_id, row_key FROM state.messages
        UNION SELECT 'desk:' || conversation_id, conversation_key FROM state.messages
        WHERE ticket_id IS NULL
        UNION SELECT 'desk:' || event_id, row_key FROM state.ticket_history
        UNION SELECT 'survey:' || response_id, row_key FROM state.surveys""").fetchall()
    return dict(rows)


@pytest.fixture(scope="module")
def contact_of(key_of: dict[str, int]) -> dict[str, int]:
    """Our label of a contact to its key; all its source ids must lead to the same one."""
    found = {}
    for row in expected("contacts"):
        keys = {key_of[i] for i in row["source_ids"].split()}
        assert len(keys) == 1, row
        found[row["contact"]] = keys.pop()
    return found


def test_rows_of_files_are_records_plus_quarantine(both: duckdb.DuckDBPyConnection) -> None:
    for row in expected("records"):
        found = both.sql("SELECT file_rows FROM files WHERE path = ?", params=[row["file"]])
        faulty = both.sql(
            "SELECT count(DISTINCT line) FROM state.quarantine JOIN state.files USING (file_no) "
            "WHERE path = ?", params=[row["file"]])
        assert found.fetchall() == [(int(row["rows"]),)]
        assert faulty.fetchall() == [(int(row["quarantined"]),)]


def test_persons(both: duckdb.DuckDBPyConnection) -> None:
    keys = {}
    for table, source in (("calls", "phone"), ("tickets", "desk"), ("messages", "desk")):
        for kind in ("customer_ref", "email", "phone"):
            for key, person in both.sql(
                f"SELECT DISTINCT c.{kind}, t.person_key FROM state.{table} AS c JOIN touchpoints "
                f"AS t ON c.row_key = t.touchpoint_key WHERE c.{kind} IS NOT NULL").fetchall():
                keys.setdefault((source, kind, key), set()).add(person)
    for call, person in both.sql(
        "SELECT c.call_id, t.person_key FROM state.calls AS c JOIN touchpoints AS t "
        "ON c.row_key = t.touchpoint_key").fetchall():
        keys.setdefault(("phone", "call_id", call), set()).add(person)
    kinds = dict(both.sql("SELECT person_key, person_kind::varchar FROM persons").fetchall())
    person_of: dict[str, int] = {}
    for row in expected("persons"):
        found = keys[row["source"], row["key_kind"], row["key"]]
        assert len(found) == 1, row
        person = found.pop()
        assert person_of.setdefault(row["person"], person) == person, row
        assert (kinds[person] == "unidentified") == (row["kind"] == "unidentified"), row
    assert len(set(person_of.values())) == len(person_of)
    assert set(kinds) == set(person_of.values())


def test_the_switchboard_is_listed_and_links_nobody(both: duckdb.DuckDBPyConnection) -> None:
    assert both.sql("SELECT key_kind, others, rule FROM shared_keys").fetchall() == [
        ("phone", 5, "too many customers")]


def test_contacts(both: duckdb.DuckDBPyConnection, contact_of: dict[str, int]) -> None:
    rows = {row[0]: row[1:] for row in both.sql(
        "SELECT contact_key, contact_kind::varchar, channel::varchar, direction::varchar, "
        "started_at, excluded_rule FROM contacts").fetchall()}
    assert set(rows) == set(contact_of.values())
    for row in expected("contacts"):
        kind, channel, direction, started_at, excluded = rows[contact_of[row["contact"]]]
        assert (kind, channel, direction, started_at) == (
            row["kind"], row["channel"], row["direction"], utc(row["started_at"])), row
        by_agent = "opened by agent" if row["initiated_by"] == "agent" else None
        assert excluded == (row["excluded_rule"] or by_agent), row


def test_journeys(both: duckdb.DuckDBPyConnection, contact_of: dict[str, int],
                  key_of: dict[str, int]) -> None:
    journey_of = dict(both.sql("SELECT contact_key, journey_key FROM contacts").fetchall())
    answers = dict(both.sql("SELECT touchpoint_key, journey_key FROM touchpoints").fetchall())
    facts = {row[0]: row[1:] for row in both.sql(
        "SELECT journey_key, reason_family::varchar, started_at, journey_status FROM journeys"
    ).fetchall()}
    seen = set()
    for row in expected("journeys"):
        journeys = {journey_of[contact_of[c]] for c in row["contacts"].split()}
        assert len(journeys) == 1, row
        journey = journeys.pop()
        seen.add(journey)
        assert facts[journey] == (row["reason_family"], utc(row["started_at"]), row["status"]), row
        for answer in row["surveys"].split():
            assert answers[key_of[f"survey:{answer}"]] == journey, row
        members = {c for c, j in journey_of.items() if j == journey}
        allowed = {contact_of[c] for c in (row["contacts"] + " " + row["contacts_may"]).split()}
        assert members <= allowed, row
    assert seen == set(facts)


def test_moments(both: duckdb.DuckDBPyConnection, contact_of: dict[str, int],
                 key_of: dict[str, int]) -> None:
    found = Counter(both.sql(
        "SELECT kind::varchar, anchor_key FROM moments WHERE "
        "variant IS DISTINCT FROM 'first reply' "
        "AND kind <> 'forced_switch'"  # a part that the page does not name
    ).fetchall())
    wanted = Counter(
        (KINDS.get(row["kind"], row["kind"]), key_of[row["source_id"]])
        for row in expected("moments"))
    assert found == wanted
    times = {(kind, anchor): (at, variant) for kind, anchor, at, variant in both.sql(
        "SELECT kind::varchar, anchor_key, occurred_at, variant FROM moments").fetchall()}
    for row in expected("moments"):
        kind = KINDS.get(row["kind"], row["kind"])
        occurred_at, variant = times[kind, key_of[row["source_id"]]]
        assert utc(row["occurred_at"]) <= occurred_at <= utc(row["latest_ok"]), row
        assert not row["variant"] or variant == row["variant"], row
