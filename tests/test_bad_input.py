"""Broken deliveries: each is told clearly, nothing valid is lost, nothing is counted twice."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from journey_analytics.check import check_project
from journey_analytics.errors import DataError
from journey_analytics.pipeline import (
    build_canonical_tables,
    finish,
    ingest_files,
    run_project,
    start,
)
from journey_analytics.status import read_status
from tests.peak import run_measured
from tests.project import write_adapter
from tests.test_docs import JOURNEYS, journeys
from tests.test_state import checksums

COLUMNS = ("leg_id", "call_id", "started_at", "ended_at", "queue", "queue_wait_ms", "holds",
           "customer_ref", "contact_reason", "leg_kind", "direction", "channel", "outcome",
           "updated_at")
HEADER = ",".join(COLUMNS)
#: <where>: <what is wrong>, found X, allowed Y. <what to do>
MESSAGE = re.compile(r"^[^:]+(:\d+)?: [^:]+.*?\. [A-Z].*[.?!]$")


def leg(number: int, **changes: str) -> dict[str, str]:
    """A call of a customer of its own, with some fields changed."""
    day = f"2026-01-{number % 28 + 1:02d}"
    return {
        "leg_id": f"l{number}", "call_id": f"c{number}", "started_at": f"{day} 10:00:00",
        "ended_at": f"{day} 10:06:00", "queue": "Billing", "queue_wait_ms": "300000", "holds": "1",
        "customer_ref": f"k{number}", "contact_reason": "invoice", "leg_kind": "agent",
        "direction": "inbound", "channel": "voice", "outcome": "answered", "updated_at": "",
        **changes}


def row(number: int, **changes: str) -> str:
    """The same as a line of CSV."""
    values = leg(number, **changes).values()
    return ",".join(f'"{v.replace(chr(34), chr(34) * 2)}"' if set('",\n') & set(v) else v
                    for v in values)


def table(rows: Sequence[str], header: str = HEADER) -> str:
    return "\n".join([header, *rows, ""])


def make_project(folder: Path, sources: dict[str, dict[str, str | bytes]],
                 as_of: str = "2026-03-31T00:00:00Z", zones: dict[str, str] | None = None) -> Path:
    """A project of call logs: files by source, one folder for each."""
    folder.mkdir(parents=True)
    write_adapter(folder / "adapters", "phone", "calls", COLUMNS)
    toml = '[project]\nname = "Test"\n' + (f'as_of = "{as_of}"\n' if as_of else "")
    for name, files in sources.items():
        (folder / "landing" / name).mkdir(parents=True)
        for file, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (folder / "landing" / name / file).write_bytes(data)
        zone = (zones or {}).get(name, 'timezone = "UTC"')
        toml += f'[sources.{name}]\nadapter = "phone"\nfiles = "landing/{name}/*"\n{zone}\n'
    (folder / "journeys.toml").write_text(toml)
    return folder


@dataclass(frozen=True)
class Broken:
    """A project that was run once: its status, and what lies in quarantine."""

    project: Path
    status: dict[str, Any]
    quarantine: list[dict[str, Any]]
    done: subprocess.CompletedProcess[str]

    def faults(self, source: str) -> dict[int, tuple[str, str | None]]:
        """Rule and value found, by line."""
        return {q["line"]: (q["rule"], q["found"]) for q in self.quarantine
                if q["source"] == source}


def run_broken(project: Path) -> Broken:
    done = journeys("run", str(project), "--quiet")
    with duckdb.connect(str(project / "warehouse" / "state.duckdb"), read_only=True) as state:
        found = state.sql("SELECT q.*, f.path FROM quarantine AS q JOIN files AS f USING (file_no) "
                          "ORDER BY q.source, q.line")
        names = found.columns
        quarantine = [dict(zip(names, values, strict=True)) for values in found.fetchall()]
    return Broken(project, read_status(project), quarantine, done)


def assert_a_second_run_changes_nothing(broken: Broken) -> None:
    before = checksums(broken.project)
    run_project(broken.project)
    assert checksums(broken.project) == before
    again = read_status(broken.project)
    for key in ("rows_in", "records_used", "records_quarantined", "quarantine", "files_refused",
                "contacts", "persons", "journeys"):
        assert again[key] == broken.status[key], key


# Files that cannot be taken ---------------------------------------------------------------------


def good(first: int) -> dict[str, str | bytes]:
    """Two good files of three calls."""
    return {f"good_{part}.csv": table([row(first + 3 * part + n) for n in range(3)])
            for part in (0, 1)}


@pytest.fixture(scope="module")
def broken_files(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Broken:
    """One source for each way in which a whole file is unusable, beside six good calls each."""
    text = table([row(n) for n in range(900, 905)])
    packed = gzip.compress(text.encode())
    without = [",".join(line.split(",")[:4] + line.split(",")[5:]) for line in text.splitlines()]
    sources: dict[str, dict[str, str | bytes]] = {
        "missing": {},
        "empty": {"bad.csv": b""},
        "truncated": {"bad.csv.gz": packed[: len(packed) // 2]},
        "encoded": {"bad.csv": table([row(900), row(901, queue="Störung")]).encode("cp1252")},
        "column_gone": {"bad.csv": "\n".join(without)},
        "column_renamed": {"bad.csv": text.replace("started_at", "start_at")},
        "no_zip": {"bad.zip": b"PK\x03\x04 not really"},
    }
    for number, (name, files) in enumerate(sources.items()):
        if name != "missing":
            files.update(good(number * 10))
    project = make_project(tmp_path_factory.mktemp("files") / "project", sources)
    return run_broken(project)


@pytest.mark.parametrize(("source", "message"), [
    ("missing", r"sources\.missing: no file matches, found 'landing/missing/\*'\. Put the export "
                r"under .*, or correct 'files'\."),
    ("empty", r"landing/empty/bad\.csv: the file is empty\. Deliver it again\."),
    ("truncated", r"landing/truncated/bad\.csv\.gz: the compressed file is truncated or damaged "
                  r"\(.*\)\. Deliver it again; nothing of it was taken\."),
    ("encoded", r"landing/encoded/bad\.csv:3: the text is not UTF-8, found byte 0xf6, allowed "
                r"UTF-8\. Set encoding = .* in the source's settings, or export as UTF-8\."),
    ("column_gone", r"landing/column_gone/bad\.csv: columns are missing that the adapter reads: "
                    r"queue, found leg_id, .*, updated_at\. .*"),
    ("column_renamed", r"landing/column_renamed/bad\.csv: columns are missing that the adapter "
                       r"reads: started_at, found .*\. Did you mean 'start_at'\? .*"),
    ("no_zip", r"landing/no_zip/bad\.zip: .*truncated or damaged \(.*\)\. Deliver it again; .*"),
])
def test_an_unusable_file_is_told(broken_files: Broken, source: str, message: str) -> None:
    told = [line.removeprefix("warning: ") for line in broken_files.done.stderr.splitlines()
            if f"/{source}/" in line or f"sources.{source}:" in line]
    assert len(told) == 1
    assert re.fullmatch(message, told[0])
    assert MESSAGE.match(told[0])
    # What is published says the same without what was found.
    [warning] = [w for w in broken_files.status["warnings"]
                 if f"/{source}/" in w or w.startswith(f"sources.{source}:")]
    said = re.split(r", found |\. ", told[0])[0]
    assert warning.startswith(said) and ", found " not in warning and MESSAGE.match(warning)
    refused = {f["path"]: f["problem"] for f in broken_files.status["files_refused"]}
    if source != "missing":
        assert [p for path, p in refused.items() if f"/{source}/" in path] == [warning]


def test_unusable_files_are_a_data_problem_and_cost_no_good_file(broken_files: Broken) -> None:
    assert broken_files.done.returncode == 3
    assert "Traceback" not in broken_files.done.stderr
    good_rows = 6 * 6
    status = broken_files.status
    assert (status["rows_in"], status["records_used"]) == (good_rows, good_rows)
    assert (status["contacts"], status["persons"]) == (good_rows, {"customer": good_rows})
    assert (status["records_quarantined"], status["rows_unreadable"]) == (0, 0)


def test_a_second_run_over_unusable_files_changes_nothing(broken_files: Broken) -> None:
    assert_a_second_run_changes_nothing(broken_files)


def take(project: Path) -> tuple[list[str], dict[str, int], list[tuple[str, str]]]:
    """Run the first two steps; return problems, fates of records, and status by file."""
    run = start(project)
    try:
        ingest_files(run)
        build_canonical_tables(run)
        return ([str(p) for p in run.problems],
                dict(run.engine.rows(
                    "SELECT fate, sum(records)::int FROM state.account GROUP BY fate")),
                run.engine.rows("SELECT path, status FROM state.files ORDER BY file_no"))
    finally:
        finish(run)


def test_a_corrected_delivery_is_taken_once(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", {"phone": {"bad.csv": b""}})
    told = ["landing/phone/bad.csv: the file is empty. Deliver it again."]
    for _ in range(2):
        assert take(project) == (told, {}, [("landing/phone/bad.csv", "refused")])
    with pytest.raises(DataError, match=r"(?s)no usable record in any source\. .*is empty"):
        run_project(project)
    (project / "landing" / "phone" / "bad.csv").write_text(table([row(1), row(2)]))
    for _ in range(2):
        assert take(project) == ([], {"used": 2}, [("landing/phone/bad.csv", "loaded")])
    # The same content under another name, packed, is known already.
    (project / "landing" / "phone" / "again.csv.gz").write_bytes(
        gzip.compress(table([row(1), row(2)]).encode()))
    for _ in range(2):
        assert take(project) == ([], {"used": 2}, [("landing/phone/bad.csv", "loaded"),
                                                   ("landing/phone/again.csv.gz", "repeated")])


# Rows that cannot be taken ----------------------------------------------------------------------

#: What is wrong, its row, and the rule and value in quarantine (no rule: the row is fine).
ROWS: dict[str, tuple[str, tuple[str, str | None] | None]] = {
    "fine": (row(0), None),
    "unparseable time": (row(1, started_at="tomorrow"), ("started_at: not a time", "tomorrow")),
    "no such day": (row(2, ended_at="2026-02-30 10:00"),
                    ("ended_at: not a time", "2026-02-30 10:00")),
    "infinite time": (row(3, started_at="infinity"), ("started_at: not a time", "infinity")),
    "year one": (row(4, started_at="0001-01-01 00:00:00"),
                 ("started_at: not a time", "0001-01-01 00:00:00")),
    "required empty": (row(5, leg_id=""), ("leg_id: missing", None)),
    "negative duration": (row(6, queue_wait_ms="-1"),
                          ("queue_wait_ms: negative duration", "-1")),
    "endless duration": (row(7, queue_wait_ms="1e300"),
                         ("queue_wait_ms: not a duration", "1e300")),
    "no number": (row(8, holds="99999999999"), ("holds: not a whole number", "99999999999")),
    "part of a number": (row(9, holds="1.5"), ("holds: not a whole number", "1.5")),
    "end before start": (row(10, ended_at="2026-01-11 09:59:59"), ("end before start", None)),
    "unknown word": (row(11, outcome="lost"), ("outcome: not an allowed word", "lost")),
    "too few fields": ("l12,c12,2026-01-13 10:00:00", ("too few fields", None)),
    "too many fields": (row(13) + ",more", ("too many fields", None)),
    "quote not closed": ('l14,"c14,2026-01-15 10:00:00', ("quotes do not match", None)),
    "after as_of": (row(15, started_at="2026-05-01 10:00:00", ended_at=""), None),
    "far future": (row(16, started_at="2099-01-01 10:00:00", ended_at=""), None),
    "markup": (row(17, queue="<script>alert(1)</script>"), None),
    "formula": (row(18, queue="=cmd|' /C calc'!A0", contact_reason="@SUM(1,2)"), None),
    "statement": (row(19, queue="'; drop table calls; --"), None),
    "line break": (row(20, queue="two\nlines"), None),
    "fine at the end": (row(21), None),
}
FILE = table([text for text, _ in ROWS.values()])
#: The line on which each row begins.
LINES = {name: FILE[: FILE.index(text)].count("\n") + 1 for name, (text, _) in ROWS.items()}
VERSIONS = [
    row(40), row(40),  # the same row twice
    row(41, queue="A"), row(41, queue="B"),  # one key, nothing says which is newer
    row(42, updated_at="2026-01-16 08:00:00", queue="new"),
    row(42, updated_at="2026-01-16 07:00:00", queue="old"),
]
NAIVE = table([row(50), row(51, started_at="2026-01-20T10:00:00+02:00", ended_at="")])


@pytest.fixture(scope="module")
def broken_rows(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Broken:
    """Bad rows of every kind beside good ones."""
    project = make_project(
        tmp_path_factory.mktemp("rows") / "project",
        {"phone": {"calls.csv": FILE}, "versions": {"calls.csv": table(VERSIONS)},
         "naive": {"calls.csv": NAIVE}}, zones={"naive": ""})
    return run_broken(project)


@pytest.mark.parametrize("name", ROWS)
def test_a_bad_row_is_set_aside_with_line_rule_remedy_and_text(
    broken_rows: Broken, name: str
) -> None:
    text, fault = ROWS[name]
    assert broken_rows.faults("phone").get(LINES[name]) == fault
    if fault:
        [entry] = [q for q in broken_rows.quarantine
                   if q["source"] == "phone" and q["line"] == LINES[name]]
        assert entry["path"] == "landing/phone/calls.csv"
        assert re.fullmatch(r"[A-Z].*[.;]", entry["remedy"])
        assert entry["raw"] == text if entry["stage"] == "read" else all(
            value.strip('"') in entry["raw"] for value in text.split(","))


def test_rows_with_bad_neighbours_are_all_used(broken_rows: Broken) -> None:
    fine = [name for name, (_, fault) in ROWS.items() if not fault]
    with duckdb.connect(str(broken_rows.project / "warehouse" / "state.duckdb"),
                        read_only=True) as state:
        stored = dict(state.sql(
            "SELECT leg_id, queue FROM calls WHERE source = 'phone'").fetchall())
    assert sorted(stored, key=lambda k: int(k[1:])) == [
        ROWS[name][0].split(",")[0] for name in fine]
    assert stored["l17"] == "<script>alert(1)</script>"
    assert stored["l18"] == "=cmd|' /C calc'!A0"
    assert stored["l19"] == "'; drop table calls; --"
    assert stored["l20"] == "two\nlines"


def test_every_row_has_one_fate(broken_rows: Broken) -> None:
    status = broken_rows.status
    bad = sum(1 for _, fault in ROWS.values() if fault)
    assert status["rows_in"] == len(ROWS) + len(VERSIONS) + 2
    assert status["rows_unreadable"] == 3
    assert status["records_quarantined"] == bad - 3 + 1 + 1
    assert status["records_ignored"] == {"repeated": 1, "superseded by a newer version": 1}
    assert status["rows_in"] == (
        status["records_used"] + sum(status["records_ignored"].values())
        + status["records_quarantined"] + status["rows_unreadable"])
    told = {(q["source"], q["rule"]): q["records"] for q in status["quarantine"]}
    assert Counter((q["source"], q["rule"]) for q in broken_rows.quarantine) == told


def test_of_two_rows_with_one_key_one_is_kept(broken_rows: Broken) -> None:
    [(line, (rule, _))] = broken_rows.faults("versions").items()
    assert rule == "duplicate key" and line in (4, 5)
    with duckdb.connect(str(broken_rows.project / "warehouse" / "state.duckdb"),
                        read_only=True) as state:
        kept = dict(state.sql(
            "SELECT leg_id, queue FROM calls WHERE source = 'versions'").fetchall())
    assert kept == {"l40": "Billing", "l41": "B" if line == 4 else "A", "l42": "new"}


def test_a_naive_time_needs_a_declared_zone(broken_rows: Broken) -> None:
    assert broken_rows.faults("naive") == {
        2: ("started_at: not a time, or a time without a zone", "2026-01-23 10:00:00")}
    [entry] = [q for q in broken_rows.quarantine if q["source"] == "naive"]
    assert entry["remedy"].startswith("Set timezone in [sources.naive], or declare the format")
    assert "k51" not in entry["raw"]


def test_rows_after_as_of_wait(broken_rows: Broken) -> None:
    later = ("after as_of", "far future")
    fine = [name for name, (_, fault) in ROWS.items() if not fault and name not in later]
    assert broken_rows.status["contacts"] == len(fine) + 3 + 1
    assert broken_rows.status["as_of"] == datetime(2026, 3, 31)


def test_a_second_run_over_bad_rows_changes_nothing(broken_rows: Broken) -> None:
    assert_a_second_run_changes_nothing(broken_rows)


def test_check_tells_the_same_and_changes_nothing(broken_rows: Broken) -> None:
    before = sorted(broken_rows.project.rglob("*"))
    report = check_project(broken_rows.project, lambda line: None)
    assert sorted(broken_rows.project.rglob("*")) == before
    told = {(f["source"], f["rule"]): f["records"] for f in report["faults"]}
    assert told == Counter((q["source"], q["rule"]) for q in broken_rows.quarantine)
    places = {f["rule"]: f["first_place"] for f in report["faults"] if f["source"] == "phone"}
    line = LINES["unknown word"]
    assert places["outcome: not an allowed word"] == f"landing/phone/calls.csv:{line}"


def test_a_time_in_the_far_future_does_not_move_as_of(tmp_path: Path) -> None:
    project = make_project(
        tmp_path / "project", {"phone": {"calls.csv": table([
            row(1), row(2), row(3, started_at="2099-01-01 00:00:00", ended_at=""),
            row(4, ended_at="2099-01-01 00:00:00")])}}, as_of="")
    run_project(project)
    status = read_status(project)
    assert status["as_of"] == datetime(2026, 1, 3, 10, 6)
    assert (status["records_used"], status["records_quarantined"]) == (4, 0)
    # The call of the 5th lies after as_of too; once the log goes on, it is there.
    assert status["contacts"] == 2
    (project / "landing" / "phone" / "more.csv").write_text(table([row(5), row(6)]))
    run_project(project)
    status = read_status(project)
    assert (status["as_of"], status["contacts"]) == (datetime(2026, 1, 7, 10, 6), 5)


# Text that would like to be something else ------------------------------------------------------

HOSTILE = ["<script>alert(1)</script>", "</script><script>alert(2)</script>",
           "<img src=x onerror=alert(3)>", "=cmd|' /C calc'!A0", "'; drop table calls; --",
           '"><svg onload=alert(4)>', "{{ 7 * 7 }}", "{% raw %}", "${alert(5)}"]


def test_hostile_text_is_text_in_the_pack(tmp_path: Path) -> None:
    """Enough customers wait in each queue that the pack names it."""
    rows = [row(10 * q + n, queue=name, contact_reason=name)
            for q, name in enumerate(HOSTILE) for n in range(8)]
    project = make_project(tmp_path / "project", {"phone": {"calls.csv": table(rows)}})
    run = run_project(project)
    assert run.problems == [] and run.pack is not None
    html = run.pack.read_text(encoding="utf-8")
    assert "alert(1)" in html  # the names are there …
    for markup in ("<script>alert", "<img src=x", "<svg onload", "</script><script>"):
        assert markup not in html  # … as text
    assert "{{ 7 * 7 }}" in html or "{{ 7 * 7 }}" in html.replace("\\u007b", "{")
    with duckdb.connect(str(project / "warehouse" / "journeys.duckdb"), read_only=True) as data:
        queues = {q for (q,) in data.sql("SELECT DISTINCT queue::varchar FROM touchpoints "
                                         "WHERE queue IS NOT NULL").fetchall()}
    assert set(HOSTILE) <= queues


def test_hostile_names_of_files_folders_and_columns(tmp_path: Path) -> None:
    """Quotes, semicolons, umlauts and spaces in every name that reaches SQL."""
    folder = tmp_path / "Prüf Stand's \"Projekt\""
    names = ['leg "id"; drop table x; --', "it's", "rule", "content_hash", "_hash", "record_key",
             "select", "fate", "ä ö;ü", "r", "day", "rowid", "file_no", "%s {0}"]
    columns = dict(zip(COLUMNS, names, strict=True))
    # A name the program uses itself gets a number.
    read_as = {**columns, "ended_at": "content_hash_1", "queue": "_hash_1",
               "queue_wait_ms": "record_key_1"}
    folder.mkdir()
    (folder / "adapters").mkdir()
    selected = ",\n".join(f'    r."{n.replace(chr(34), chr(34) * 2)}" as {c}'
                          for c, n in read_as.items())
    (folder / "adapters" / "phone.calls.sql").write_text(
        "-- adapter: phone\n-- table: calls\n-- grain: one row per leg\n-- unit: call_id\n"
        "-- inputs: records\n-- ignore: records.test_call: rule = '2026-01-09 10:00:00'\n"
        f"select\n    r.record_key,\n{selected}\nfrom records as r\n")
    header = ",".join(f'"{n.replace(chr(34), chr(34) * 2)}"' for n in names)
    landing = folder / "lan ding" / "Ö'rtlich"
    landing.mkdir(parents=True)
    (landing / "calls 'q\" ; -- 2026-03-31.csv").write_text(
        table([row(n) for n in range(8)] + [row(99, started_at="never")], header))
    (landing / os.fsdecode(b"caf\xe9 2026-03-30.csv")).write_text(table([row(8)], header))
    (folder / "journeys.toml").write_text(
        '[project]\nname = "T"\nas_of = "2026-03-31T00:00:00Z"\n[sources.phone]\n'
        'adapter = "phone"\nfiles = "lan ding/Ö\'rtlich/*.csv"\ntimezone = "UTC"\n')
    done = journeys("run", str(folder), "--quiet")
    assert done.returncode == 0, done.stderr
    status = read_status(folder)
    assert status["records_used"] == 8
    assert status["records_ignored"] == {"test_call": 1}
    assert [(q["rule"], q["records"]) for q in status["quarantine"]] == [
        ("started_at: not a time", 1)]
    with duckdb.connect(str(folder / "warehouse" / "state.duckdb"), read_only=True) as state:
        stored = state.sql("SELECT leg_id, queue, queue_wait_ms FROM calls").fetchall()
        paths = {p for (p,) in state.sql("SELECT path FROM files").fetchall()}
        [(raw,)] = state.sql("SELECT raw FROM quarantine").fetchall()
    assert sorted(stored) == [(f"l{n}", "Billing", 300_000) for n in range(8)]
    assert "lan ding/Ö'rtlich/calls 'q\" ; -- 2026-03-31.csv" in paths and len(paths) == 2
    assert "never" in raw and "k99" in raw


def test_an_unknown_stream_is_told(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", {"phone": {"a.csv": table([row(1)])}})
    toml = (project / "journeys.toml").read_text()
    (project / "journeys.toml").write_text(toml.replace(
        '"landing/phone/*"', '{ records = "landing/phone/*", recrods = "landing/phone/*" }'))
    [problem], fates, files = take(project)
    assert problem == ("sources.phone.files: adapter 'phone' has no such stream, found 'recrods', "
                       "allowed records. Did you mean 'records'?")
    assert (fates, files) == ({"used": 1}, [("landing/phone/a.csv", "loaded")])


# One source alone -------------------------------------------------------------------------------


def test_one_source_alone_is_useful(tmp_path: Path) -> None:
    """No surveys, no reasons, no calendar: results, and what is blind by name."""
    rows = [row(n, contact_reason="") for n in range(20)]
    rows += [row(100 + n, customer_ref=f"k{n}", contact_reason="",
                 started_at=f"2026-01-{n % 28 + 2:02d} 09:00:00", ended_at="") for n in range(10)]
    project = make_project(tmp_path / "project", {"phone": {"calls.csv": table(rows)}}, as_of="")
    run = run_project(project)
    assert run.problems == []
    status = read_status(project)
    assert (status["contacts"], status["persons"]) == (30, {"customer": 20})
    assert {"wait", "repeat_contact"} <= set(status["moments"])
    assert status["pain_points"] > 0 and status["worst"][0]["rank"] == 1
    blind = {b["subject"] for b in status["blind"]}
    assert {"attempts outside opening hours", "how people felt about it",
            "what contacts were about"} <= blind
    assert not any("waits" in subject for subject in blind)
    assert run.pack is not None and run.pack.stat().st_size > 0


# Size -------------------------------------------------------------------------------------------


def one_line(file: Path) -> None:
    """A line of 200 MB between two calls."""
    with file.open("w") as out:
        out.write(table([row(1)]))
        out.writelines("x" * 1_000_000 for _ in range(200))
        out.write("\n" + row(2) + "\n")


def one_field(file: Path) -> None:
    """A quote that is never closed, and 60 MB of lines with one comma behind it."""
    with file.open("w") as out:
        out.write(table([row(1)]) + 'l3,"')
        out.writelines("words in a line, and so on " * 20 + "\n" for _ in range(110_000))
        out.write(row(2) + "\n")


@pytest.mark.parametrize(("write", "faults"), [
    (one_line, {"line too long": 1}),
    (one_field, {"too many fields": 109_999, "quotes do not match": 1}),
])
def test_a_line_or_field_of_any_size_takes_bounded_memory(
    tmp_path: Path, write: Callable[[Path], None], faults: dict[str, int]
) -> None:
    project = make_project(tmp_path / "project", {"phone": {}})
    write(project / "landing" / "phone" / "calls.csv")
    code, printed, peak = run_measured([*JOURNEYS, "check", str(project), "--json"])
    report = json.loads(printed)
    assert code == 0
    assert peak < 600
    assert {f["rule"]: f["records"] for f in report["faults"]} == faults
    assert report["faults"][-1]["first_place"] == "landing/phone/calls.csv:3"
    assert report["sources"][0]["fates"] == {"used": 2}


def test_a_million_rows_with_one_bad_row(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project", {"phone": {}})
    bad = 654_321
    with (project / "landing" / "phone" / "calls.csv").open("w") as file:
        file.write(HEADER + "\n")
        middle = row(7).removeprefix("l7,c7,").replace("k7", "k{}")
        before, after = middle.split("{}")
        file.writelines(
            f"l{n},c{n},{before if n != bad else before.replace('2026', 'year')}{n % 5000}{after}\n"
            for n in range(1_000_000))
    report = check_project(project, lambda line: None)
    [fault] = report["faults"]
    assert fault["rule"] == "started_at: not a time"
    assert fault["first_place"] == f"landing/phone/calls.csv:{bad + 2}"
    [source] = report["sources"]
    assert source["file_rows"] == 1_000_000
    assert source["fates"] == {"quarantined: started_at: not a time": 1, "used": 999_999}
    assert source["tables"]["calls"]["rows"] == 999_999
