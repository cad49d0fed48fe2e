"""Adapter files: which are taken, what their headers may say, and hints for reading."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import duckdb
import pytest

from journey_analytics.check import check_project
from journey_analytics.errors import JourneyError, SettingsError
from journey_analytics.models import sql_folder
from journey_analytics.settings import load
from journey_analytics.sources.adapters import adapters_of, load_adapter
from tests.project import write_adapter
from tests.test_bad_input import COLUMNS, HEADER, make_project, row, table, take
from tests.test_docs import journeys
from tests.test_readers import write_xlsx

SHIPPED = sorted((sql_folder() / "sources").glob("*.*.sql"))


def project_with(folder: Path, adapter: str) -> Path:
    (folder / "adapters").mkdir(parents=True)
    (folder / "journeys.toml").write_text(
        f'[project]\nname = "T"\n\n[sources.desk]\nadapter = "{adapter}"\nfiles = "x"\n')
    return folder


# Which files are taken --------------------------------------------------------------------------


def test_an_own_file_stands_for_the_shipped_one_and_its_siblings_stay(tmp_path: Path) -> None:
    project = project_with(tmp_path / "p", "zendesk")
    shipped = {p.name for p in SHIPPED if p.name.startswith("zendesk.")}
    own = project / "adapters" / "zendesk.tickets.sql"
    shutil.copy(sql_folder() / "sources" / own.name, own)
    found = adapters_of(project, load(project))["desk"]
    assert {a.path.name for a in found} == shipped and len(shipped) > 2
    assert [a.path for a in found if a.path.name == own.name] == [own]


def test_an_own_reading_hint_goes_before_the_shipped_one(tmp_path: Path) -> None:
    project = project_with(tmp_path / "p", "servicenow")
    own = project / "adapters" / "servicenow.tickets.sql"
    text = (sql_folder() / "sources" / own.name).read_text()
    head, inputs, rest = text.partition("-- inputs:")
    rest = re.sub(r"-- stream: incidents.*\n", "", rest)
    own.write_text(f"{head}-- stream: incidents format=csv delimiter=;\n{inputs}{rest}")
    found = adapters_of(project, load(project))["desk"]
    assert found[0].path == own and found[0].streams["incidents"].delimiter == ";"


def test_check_names_the_projects_own_files(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", {"phone": {"a.csv": table([row(1)])}})
    found = journeys("check", str(project))
    assert found.returncode == 0, found.stderr
    assert "your own: adapters/phone.calls.sql" in found.stdout


def test_a_wrong_adapter_name_is_told_with_its_line(tmp_path: Path) -> None:
    project = project_with(tmp_path / "p", "zendsk")
    for command in ("run", "check"):
        found = journeys(command, str(project))
        assert found.returncode == 2
        assert found.stderr.startswith(
            f"{project}/journeys.toml:5: no such adapter, found 'zendsk', allowed ")
        assert "Did you mean 'zendesk'?" in found.stderr


def test_problems_of_all_adapters_are_told_at_once(tmp_path: Path) -> None:
    project = project_with(tmp_path / "p", "nothing")
    with (project / "journeys.toml").open("a") as toml:
        toml.write('[sources.phone]\nadapter = "own"\nfiles = "y"\n'
                   '[sources.again]\nadapter = "own"\nfiles = "z"\n')
    (project / "adapters" / "own.calls.sql").write_text("select 1")
    with pytest.raises(JourneyError) as caught:
        adapters_of(project, load(project))
    assert len(str(caught.value).splitlines()) == 2


# Headers ----------------------------------------------------------------------------------------


def adapter(folder: Path, header: str, name: str = "own.calls.sql") -> Path:
    """An adapter file whose header has these lines after the usual ones."""
    write_adapter(folder, "own", "calls", COLUMNS, header)
    return (folder / "own.calls.sql").rename(folder / name)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.name)
def test_shipped_adapters_have_good_headers(path: Path) -> None:
    assert load_adapter(path).path == path


@pytest.mark.parametrize(("header", "message"), [
    ("-- optinal: records.\"queue\"\n", r":6: unknown line in the header, found 'optinal', allowed "
                                        r"adapter, .*\. Did you mean 'optional'\?"),
    ("-- Times: %d.%m.%Y\n", r":6: unknown line .* Did you mean 'times'\?"),
    ("-- remark: whatever\n", r":6: unknown line .* Put remarks under a line with "),
    ("-- stream: records format=csv nul=?\n", r"stream 'records' has an unknown hint"),
    ("-- stream: records csv\n", r"stream 'records' has an unknown hint"),
    ("-- stream: records delimiter=||\n", r"not a usable delimiter of stream 'records', found '\|"),
])
def test_a_header_line_that_means_nothing_is_refused(
    tmp_path: Path, header: str, message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        load_adapter(adapter(tmp_path, header))


def test_remarks_under_the_header_are_free(tmp_path: Path) -> None:
    found = load_adapter(adapter(tmp_path, "--\n-- remark: optional: whatever\n-- times: none\n"))
    assert found.times == {} and found.streams["records"].format == ""


@pytest.mark.parametrize(("name", "message"), [
    ("other.calls.sql", "'-- adapter:' does not agree with the file's name, found 'own', allowed "
                        "'other'"),
    ("own.tickets.sql", "'-- table:' does not agree with the file's name, found 'calls', allowed "
                        "'tickets'"),
])
def test_the_header_agrees_with_the_files_name(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load_adapter(adapter(tmp_path, "", name))


@pytest.mark.parametrize("word", ["adapter", "table", "grain", "inputs"])
def test_a_header_without_a_needed_line_is_refused(tmp_path: Path, word: str) -> None:
    path = adapter(tmp_path, "")
    kept = [line for line in path.read_text().splitlines() if not line.startswith(f"-- {word}:")]
    path.write_text("\n".join(kept))
    with pytest.raises(SettingsError, match=f"the header lacks '-- {word}:'"):
        load_adapter(path)


def test_two_files_that_read_one_stream_in_two_ways_are_refused(tmp_path: Path) -> None:
    project = project_with(tmp_path / "p", "own")
    write_adapter(project / "adapters", "own", "calls", COLUMNS, "-- stream: records null=?\n")
    write_adapter(project / "adapters", "own", "tickets", (
        "ticket_id", "created_at", "status", "channel", "opened_by"),
        "-- stream: records null=-\n")
    with pytest.raises(SettingsError, match="its siblings read the stream 'records' otherwise"):
        adapters_of(project, load(project))


# Hints for reading ------------------------------------------------------------------------------


def stored(project: Path) -> list[tuple[str | None, ...]]:
    with duckdb.connect(str(project / "warehouse" / "state.duckdb"), read_only=True) as state:
        return state.sql("SELECT leg_id, queue, contact_reason FROM calls ORDER BY 1").fetchall()


@pytest.mark.parametrize("kind", ["csv", "ndjson", "json", "xlsx"])
def test_texts_that_mean_null(tmp_path: Path, kind: str) -> None:
    project = make_project(tmp_path / "p", {"phone": {}})
    write_adapter(project / "adapters", "phone", "calls", COLUMNS,
                  '-- stream: records null="?, not known"\n')
    rows = [row(1, queue="?", contact_reason="not known"), row(2, queue="? ", contact_reason="??")]
    values = [dict(zip(COLUMNS, line.split(","), strict=True)) for line in rows]
    file = project / "landing" / "phone" / f"calls.{kind}"
    if kind == "csv":
        file.write_text(table(rows))
    elif kind == "xlsx":
        write_xlsx(file, [list(COLUMNS), *(list(v.values()) for v in values)])
    else:
        lines = [json.dumps(v) for v in values]
        file.write_text("\n".join(lines) if kind == "ndjson" else f"[{', '.join(lines)}]")
    assert take(project)[:2] == ([], {"used": 2})
    assert stored(project) == [("l1", None, None), ("l2", "?", "??")]


def workbook(file: Path) -> None:
    """Two sheets: a note, and the calls."""
    lines = [list(COLUMNS), *(line.split(",") for line in (row(1), row(2)))]
    write_xlsx(file, [["About", "this"], ["export", dt.date(2026, 1, 1)]],
               others={"Call log": lines})


def test_a_sheet_is_read_by_its_name(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", {"phone": {}})
    workbook(project / "landing" / "phone" / "calls.xlsx")
    [problem], _, _ = take(project)
    assert problem.startswith("landing/phone/calls.xlsx: columns are missing")
    write_adapter(project / "adapters", "phone", "calls", COLUMNS,
                  '-- stream: records sheet="Call log"\n')
    assert take(project)[:2] == ([], {"used": 2})
    write_adapter(project / "adapters", "phone", "calls", COLUMNS,
                  '-- stream: records sheet="Call lg"\n')
    [problem], _, _ = take(project)
    assert "no sheet 'Call lg', found Data, Call log. Did you mean 'Call log'?" in problem


def test_sheets_that_were_not_read_are_told(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p", {"phone": {}})
    lines = [HEADER.split(","), row(1).split(",")]
    write_xlsx(project / "landing" / "phone" / "calls.xlsx", lines, others={"March": lines})
    told: list[str] = []
    report = check_project(project, told.append)
    remark = "landing/phone/calls.xlsx: sheet 'Data' was read, not 'March'; name the one you mean"
    assert [r.startswith(remark) for r in report["remarks"]] == [True]
    assert any("not 'March'" in line for line in told)
    assert "note landing/phone/calls.xlsx: sheet 'Data' was read" in journeys(
        "check", str(project)).stdout
