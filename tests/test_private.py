"""What was delivered stays in the private state file, whatever goes wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from journey_analytics.errors import DataError, JourneyError, ManyErrors
from tests.test_bad_input import HEADER, make_project, row, table
from tests.test_docs import journeys

PERSON = "ada.lovelace@example.org"
TITLE = "queue_QZX"


def test_the_public_text_is_the_message_without_what_was_found() -> None:
    error = DataError("a.csv:3", "not a time", found=PERSON, allowed="ISO 8601",
                      hint=f"Did you mean '{PERSON}'?", remedy="Correct it.")
    assert str(error) == (f"a.csv:3: not a time, found {PERSON}, allowed ISO 8601. "
                          f"Did you mean '{PERSON}'? Correct it.")
    assert error.public == "a.csv:3: not a time, allowed ISO 8601. Correct it."
    both: JourneyError = ManyErrors([error, DataError("b", "x", found=PERSON)])
    assert PERSON in str(both) and PERSON not in both.public


def headerless(project: Path) -> None:
    """The first row of a file without a header is taken for one."""
    (project / "landing" / "phone" / "b.csv").write_text(f"{PERSON},{row(2)}\n")


def nearly_right(project: Path) -> None:
    """A title so near to the wanted one that it is suggested."""
    text = table([row(2)], HEADER.replace("queue,", f"{TITLE},"))
    (project / "landing" / "phone" / "b.csv").write_text(text)


def failing_adapter(project: Path) -> None:
    """An adapter whose SQL breaks on a value: the database quotes it."""
    (project / "landing" / "other").mkdir()
    (project / "landing" / "other" / "a.csv").write_text(table([row(3, queue=PERSON)]))
    text = (project / "adapters" / "phone.calls.sql").read_text()
    (project / "adapters" / "other.calls.sql").write_text(
        text.replace("-- adapter: phone", "-- adapter: other")
        .replace('r."holds" as holds', 'r."queue"::integer as holds'))
    with (project / "journeys.toml").open("a") as toml:
        toml.write('[sources.other]\nadapter = "other"\nfiles = "landing/other/*"\n'
                   'timezone = "UTC"\n')


def failing_rule(project: Path) -> None:
    """The same in a rule that leaves records out."""
    failing_adapter(project)
    adapter = project / "adapters" / "other.calls.sql"
    adapter.write_text(adapter.read_text().replace("::integer", "").replace(
        "-- inputs: records\n",
        "-- inputs: records\n-- ignore: records.big: queue::integer > 5\n"))


def broken_json(project: Path) -> None:
    """The database quotes the place where a document breaks."""
    (project / "landing" / "phone" / "b.json").write_text(f'[{{"leg_id": "{PERSON}" "x"}}]')


def other_array(project: Path) -> None:
    """A document whose keys are somebody's names."""
    (project / "landing" / "phone" / "b.json").write_text(json.dumps({PERSON: 1}))


@pytest.mark.parametrize("spoil", [headerless, nearly_right, failing_adapter, failing_rule,
                                   broken_json, other_array], ids=lambda f: f.__name__)
def test_nothing_delivered_is_published_by_a_message(
    tmp_path: Path, spoil: object
) -> None:
    assert callable(spoil)
    project = make_project(tmp_path / "project", {"phone": {
        "a.csv": table([row(n) for n in range(6)])}})
    spoil(project)
    shown = TITLE if spoil is nearly_right else PERSON
    done = journeys("run", str(project), "--quiet")
    assert done.returncode == 3 and "Traceback" not in done.stderr
    if spoil is not broken_json:
        assert shown in done.stderr  # who runs it is told
    assert shown not in done.stdout
    for file in ("warehouse/journeys.duckdb", "packs/everything/draft/pack.html"):
        assert shown.encode() not in (project / file).read_bytes()
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as data:
        [(warnings,)] = data.sql("SELECT warnings FROM runs").fetchall()
        problems = data.sql("SELECT problem FROM files WHERE problem IS NOT NULL").fetchall()
    assert len(warnings) == 1 and not any(shown in w for w in warnings)
    assert not any(shown in p for (p,) in problems)
    for arguments in ((), ("--json",)):
        status = journeys("status", str(project), *arguments)
        assert status.returncode == 0 and shown not in status.stdout
