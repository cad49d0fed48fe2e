"""A new row of a look-up rebuilds the units that name it, and no others."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from journey_analytics.errors import SettingsError
from tests.project import run_project, write_csv
from tests.test_state import checksums

ADAPTER = """-- adapter: desk
-- table: tickets
-- grain: one row per ticket_id
-- unit: ticket_id
-- inputs: tickets, users, notes
{refers}--
select
    t.record_key,
    t.id as ticket_id,
    t.created as created_at,
    'open' as status,
    'email' as channel,
    'customer' as opened_by,
    t.requester as external_id,
    u.mail as email,
    n.reason as contact_reason
from tickets as t
left join (select id, max(mail) as mail from users group by id) as u on t.requester = u.id
left join (
    select ticket, max(word) as reason, max(author) as author from notes group by ticket
) as n on t.id = n.ticket
"""
REFERS = """-- refers: users.id = tickets.requester
-- refers: notes.ticket = tickets.id
"""
TOML = """[project]
name = "Look-ups"
as_of = "2026-02-01T00:00:00Z"
[sources.desk]
adapter = "desk"
timezone = "UTC"
files.tickets = "landing/tickets_*.csv"
files.users = "landing/users_*.csv"
files.notes = "landing/notes_*.csv"
"""


def deliver(folder: Path, day: int, **streams: list[dict[str, str]]) -> None:
    for name, rows in streams.items():
        write_csv(folder / "landing" / f"{name}_2026-01-{day:02d}.csv", rows)


def first(folder: Path) -> None:
    deliver(folder, 1,
            tickets=[{"id": f"t{i}", "created": "2026-01-01 09:00", "requester": f"u{i % 4}"}
                     for i in range(8)],
            users=[{"id": "u0", "mail": "zero@example.org"}],
            notes=[{"ticket": "t1", "word": "billing", "author": "u1"}])


def project(folder: Path, refers: str) -> Path:
    (folder / "adapters").mkdir(parents=True)
    (folder / "adapters" / "desk.tickets.sql").write_text(ADAPTER.format(refers=refers))
    (folder / "journeys.toml").write_text(TOML)
    first(folder)
    run_project(folder)
    return folder


def changed(folder: Path) -> set[str]:
    """Tickets that the last run built anew, by the numbers it kept of them."""
    with duckdb.connect(str(folder / "warehouse" / "state.duckdb"), read_only=True) as state:
        return {i for (i,) in state.sql(
            "SELECT ticket_id FROM tickets WHERE email IS NOT NULL OR contact_reason IS NOT NULL"
        ).fetchall()}


@pytest.mark.parametrize("refers", [REFERS, ""], ids=["declared", "not declared"])
def test_late_rows_of_look_ups_reach_their_tickets(tmp_path: Path, refers: str) -> None:
    folder = project(tmp_path / "split", refers)
    assert changed(folder) == {"t0", "t4", "t1"}
    nights = [
        {"users": [{"id": "u2", "mail": "two@example.org"}]},
        {"notes": [{"ticket": "t7", "word": "login", "author": "u9"}]},
        {"tickets": [{"id": "t8", "created": "2026-01-02 09:00", "requester": "u2"}],
         "users": [{"id": "u0", "mail": "zero@example.org"}]},  # the old row again
    ]
    for day, streams in enumerate(nights, 2):
        deliver(folder, day, **streams)
        run_project(folder)
    assert changed(folder) == {"t0", "t4", "t1", "t2", "t6", "t7", "t8"}
    whole = tmp_path / "whole"
    shutil.copytree(folder, whole, ignore=shutil.ignore_patterns("warehouse", "packs"))
    shutil.copy(folder / ".journeys.key", whole) if (folder / ".journeys.key").exists() else None
    run_project(whole)
    assert checksums(whole) == checksums(folder)


def test_only_the_tickets_that_name_the_row_are_built(tmp_path: Path) -> None:
    folder = project(tmp_path / "project", REFERS)
    # What a run builds it deletes first: a mark on rows that it leaves alone stays.
    with duckdb.connect(str(folder / "warehouse" / "state.duckdb")) as state:
        state.execute("UPDATE tickets SET priority = 'untouched'")
    deliver(folder, 2, users=[{"id": "u2", "mail": "two@example.org"}])
    run_project(folder)
    with duckdb.connect(str(folder / "warehouse" / "state.duckdb"), read_only=True) as state:
        assert state.sql("SELECT ticket_id FROM tickets WHERE priority IS NULL "
                         "ORDER BY ALL").fetchall() == [("t2",), ("t6",)]


@pytest.mark.parametrize("entry", [
    "users.id", "users.id = tickets.requester or true", "users.id = nobody.requester",
    "users.id = users.mail", "lower(users.id) = tickets.requester"])
def test_what_is_no_reference_is_told(tmp_path: Path, entry: str) -> None:
    with pytest.raises(SettingsError, match="'-- refers:' is not understood"):
        project(tmp_path / "project", f"-- refers: {entry}\n")
