"""Files made to do harm: they are read as data, refused, or set aside; nothing else happens."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from journey_analytics.check import check_project
from journey_analytics.errors import DataError
from journey_analytics.sources.scaffold import new_source
from journey_analytics.sources.sniff import sniff
from tests.adapters.canonical import built, project_of, quarantine, rows
from tests.peak import run_measured

SECRET = "the password of somebody else"
EVENT = ('<event><string key="concept:name" value="Closed"/>'
         '<date key="time:timestamp" value="2026-01-05T10:00:00Z"/></event>')
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
INJECTION = "a\"); COPY (SELECT 1) TO '{target}'; --"


def problems(project: Path) -> list[str]:
    return [str(p) for p in check_project(project, lambda line: None)["problems"]]


def xes(body: str, doctype: str = "") -> str:
    return f'<?xml version="1.0"?>{doctype}<log><trace>{body}</trace></log>'


@pytest.mark.parametrize("doctype", [
    f'<!DOCTYPE log [<!ENTITY l0 "ha">{LAUGHS}]>',
    '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE log SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE log [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
], ids=["laughs", "file", "outer", "parameter"])
def test_entities_in_xes_are_refused(doctype: str, tmp_path: Path) -> None:
    text = xes(EVENT.replace("Closed", "&x;&l9;"), doctype)
    project = project_of(tmp_path, "xes", {"records_2026-01-05.xes": text})
    (problem,) = problems(project)
    assert "declares a document type" in problem and "root:" not in problem


@pytest.mark.parametrize(("text", "what"), [
    (xes(EVENT)[:-20], "not readable as XML"), ("<html><log/></html>", "no XES log"),
    (xes("<list>" * 5_000 + "</list>" * 5_000), "nested too deeply"),
    ("<log>" + "<a" * 10, "not readable as XML"),
])
def test_broken_xes_is_refused(text: str, what: str, tmp_path: Path) -> None:
    project = project_of(tmp_path, "xes", {"records_2026-01-05.xes": text})
    assert what in problems(project)[0]


def test_a_large_event_log_needs_little_memory(tmp_path: Path) -> None:
    """A log of 120 MB, packed to under 2, is read as a stream."""
    path = tmp_path / "landing" / "records_2026-01-05.xes.gz"
    path.parent.mkdir()
    noise = "".join(f'<string key="k{n}" value="{"x" * 100}"/>' for n in range(20))
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        file.write("<log>")
        for number in range(48_000):
            body = EVENT.replace("</event>", f"{noise}</event>") if number else EVENT
            file.write(f'<trace><string key="concept:name" value="c{number}"/>{body}</trace>')
        file.write("</log>")
    script = (
        "import sys; from pathlib import Path\n"
        "from journey_analytics.engines import DuckDBEngine\n"
        "from journey_analytics.sources.prepare import copy_text\n"
        "from journey_analytics.sources.xes_reader import read_xes\n"
        "engine = DuckDBEngine(Path(sys.argv[2]), '200MB', 1)\n"
        "ready = copy_text(Path(sys.argv[1]), '', engine.scratch / 'x', None, 'x')\n"
        "print(read_xes(engine, ready.path, 'x', ()).rows)\n")
    code, printed, megabytes = run_measured(
        [sys.executable, "-c", script, str(path), str(tmp_path / "state")])
    assert (code, int(printed)) == (0, 48_000)
    assert megabytes < 600


def test_a_header_that_is_an_injection_is_a_name(tmp_path: Path) -> None:
    target = tmp_path / "written"
    name = INJECTION.format(target=target)
    head = '"' + name.replace('"', '""') + '"'
    text = f"{head},response_id,metric,score,answered_at\nx,r1,nps,9,2026-01-05T10:00:00Z\n"
    project = project_of(tmp_path / "p", "survey_csv", {"records_2026-01-05.csv": text})
    with built(project) as engine:
        assert rows(engine, "surveys", ("response_id", "score")) == [("r1", "9.0")]
    assert not target.exists()


def test_a_first_adapter_from_a_hostile_header_is_harmless(tmp_path: Path) -> None:
    target = tmp_path / "written"
    hostile = INJECTION.format(target=target) + "\n-- ignore: records.x: true\n*/ ;"
    head = '"' + hostile.replace('"', '""') + '"'
    path = tmp_path / "x.csv"
    cells = "".join(f'"id{n}","2026-01-0{n}T10:00:00Z","\'; drop table calls; --\n-- TODO: x"\n'
                    for n in range(1, 9))
    path.write_text(f'"id; drop","start {hostile.replace(chr(34), chr(34) * 2)}",'
                    f'"status {head[1:]}\n' + cells, encoding="utf-8")
    project = tmp_path / "p"
    project.mkdir()
    (project / "journeys.toml").write_text('[project]\nname = "x"\n')
    new_source(project, "it", path, "tickets")
    report = check_project(project, lambda line: None)
    assert report["problems"] == []
    assert sum(report["sources"][0]["fates"].values()) == 8
    assert not target.exists()


@pytest.mark.parametrize("name", [
    "records_it's \"quoted\".csv", "records_; drop table x; --.csv", "records_$(touch x)`id`.csv",
    "records_[a-z]?{b}.csv", "records_ü\u202e.csv",
])
def test_hostile_names_of_files_are_names(name: str, tmp_path: Path) -> None:
    text = "response_id,metric,score,answered_at\nr1,nps,9,2026-01-05T10:00:00Z\n"
    project = project_of(tmp_path, "survey_csv", {name: text})
    with built(project) as engine:
        assert rows(engine, "surveys", ("response_id",)) == [("r1",)]
        assert engine.rows("SELECT path FROM state.files") == [(f"landing/{name}",)]


def test_a_member_of_an_archive_stays_in_it(tmp_path: Path) -> None:
    text = "response_id,metric,score,answered_at\nr1,nps,9,2026-01-05T10:00:00Z\n"
    project = project_of(tmp_path / "p", "survey_csv", {"records_1.csv": text})
    with zipfile.ZipFile(project / "landing" / "records_2.zip", "w") as archive:
        archive.writestr("../../escaped.csv", text.replace("r1", "r2"))
        archive.writestr("/etc/escaped.csv", text.replace("r1", "r3"))
    with built(project) as engine:
        assert rows(engine, "surveys", ("response_id",)) == [("r1",), ("r2",), ("r3",)]
    assert not list(tmp_path.rglob("escaped.csv"))


def test_a_packed_file_without_end_is_read_in_bounded_memory(tmp_path: Path) -> None:
    """A bomb of 300 MB in some hundred kB: its lines are far too long, so they are set aside."""
    good = "response_id,metric,score,answered_at\nr1,nps,9,2026-01-05T10:00:00Z\n"
    project = project_of(tmp_path, "survey_csv", {"records_1.csv": good})
    bomb = project / "landing" / "records_2.zip"
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("bomb.csv", "w", force_zip64=True) as file,
    ):
        file.write(good.replace("r1", "r2").encode())
        for _ in range(300):
            file.write(b"0" * (1 << 20))
    script = ("import sys; from pathlib import Path\n"
              "from journey_analytics.check import check_project\n"
              "report = check_project(Path(sys.argv[1]), lambda line: None)\n"
              "print(report['sources'][0]['tables']['surveys']['rows'], len(report['problems']))")
    code, printed, megabytes = run_measured([sys.executable, "-c", script, str(project)])
    assert (code, printed.split()) == (0, [b"2", b"0"])
    assert megabytes < 900


def test_ten_thousand_columns_are_refused(tmp_path: Path) -> None:
    head = ",".join(f"c{n}" for n in range(10_000))
    project = project_of(tmp_path / "csv", "survey_csv", {"records_1.csv": f"{head}\n"})
    assert "too many columns" in problems(project)[0]
    wide = json.dumps({f"c{n}": n for n in range(10_000)})
    project = project_of(tmp_path / "json", "segment", {"records_1.ndjson": wide + "\n"})
    assert "too many columns" in problems(project)[0]
    ids = ",".join(f'"{{""ImportId"":""QID{n}""}}"' for n in range(10_000))
    text = f"{head}\n{head}\n{ids}\n"
    project = project_of(tmp_path / "q", "qualtrics", {"responses_1.csv": text},
                         'timezone = "UTC"\n')
    assert "too many columns" in problems(project)[0]


@pytest.mark.parametrize("deep", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_deep_json_is_refused_or_set_aside(deep: str, tmp_path: Path) -> None:
    good = {"type": "track", "messageId": "m1", "event": "x", "timestamp": "2026-01-05T10:00:00Z"}
    bad = f'{{"type":"track","messageId":"m2","properties":{deep}}}'
    text = f"{json.dumps(good)}\n{bad}\n"
    project = project_of(tmp_path / "lines", "segment", {"records_1.ndjson": text})
    with built(project) as engine:
        assert rows(engine, "channel_events", ("event_id",)) == [("m1",)]
        assert len(quarantine(engine)) == 1
    whole = project_of(tmp_path / "whole", "segment", {"records_1.json": deep})
    assert len(problems(whole)) == 1
    with suppress(DataError):
        assert sniff(whole / "landing" / "records_1.json").rows == 0


def test_a_page_with_a_broken_line_loses_that_line_alone(tmp_path: Path) -> None:
    ticket = {"id": 1, "created_at": "2026-01-05T10:00:00Z", "updated_at": "2026-01-05T10:00:00Z",
              "status": "new", "via": {"channel": "web"}, "requester_id": 9}
    pages = [json.dumps({"tickets": [{**ticket, "id": n}, {**ticket, "id": n + 1}]})
             for n in (1, 3)]
    text = "\n".join([pages[0], '{"tickets": [', pages[1]]) + "\n"
    project = project_of(tmp_path, "zendesk", {"tickets_1.json": text})
    with built(project) as engine:
        assert rows(engine, "tickets", ("ticket_id",)) == [("1",), ("2",), ("3",), ("4",)]
        assert quarantine(engine) == [("tickets", "not a JSON object")]


def test_an_adapter_opens_no_file_of_its_own_choice(tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text(SECRET)
    project = project_of(tmp_path / "p", "own", {"records_1.csv": "id\n1\n"}, 'timezone = "UTC"\n')
    (project / "adapters").mkdir()
    (project / "adapters" / "own.tickets.sql").write_text(
        "-- adapter: own\n-- table: tickets\n-- grain: one row per record\n-- inputs: records\n--\n"
        "select r.record_key, r.id as ticket_id, 'new' as status, 'other' as channel, "
        "'customer' as opened_by, '2026-01-05T10:00:00Z' as created_at, "
        f"(select max(content) from read_text('{tmp_path / 'secret.csv'}')) as subject "
        "from records as r\n")
    found = check_refused(project)
    assert SECRET not in found and found


def check_refused(project: Path) -> str:
    command = [sys.executable, "-m", "journey_analytics", "check", str(project), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in (2, 3), done.stdout
    return done.stdout + done.stderr
