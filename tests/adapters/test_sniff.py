"""What ``sources sniff`` says of a file, and what ``sources new`` writes for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from journey_analytics.check import check_project
from journey_analytics.demo import init_project
from journey_analytics.errors import DataError, SettingsError
from journey_analytics.sources.scaffold import new_source
from journey_analytics.sources.sniff import sniff
from tests.adapters.canonical import CASES, FOLDER, built, rows, sources_of

DESK = """Case No;Opened;State;Came by;Team;Category;Mail;Waited (sec);Asked
4711;31.03.2026 09:00;Waiting for customer;E-Mail;Billing;Invoice;ada@example.com;75;"Why; so much?"
4712;31.03.2026 10:15;closed;Hotline;Billing;Delivery;bob@example.com;12;Where?
4713;01.04.2026 10:15;closed;Hotline;Sales;Delivery;cy@example.com;0;When?
4714;01.04.2026 11:15;odd one;Carrier pigeon;Sales;Delivery;di@example.com;5;Who?
4714;01.04.2026 11:15;odd one;Carrier pigeon;Sales;Delivery;di@example.com;5;Who?
4715;13.04.2026 11:15;closed;Hotline;Sales;Delivery;ed@example.com;5;How?
4716;13.04.2026 11:15;Waiting for customer;E-Mail;Sales;Delivery;flo@example.com;5;How?
4717;13.04.2026 11:15;closed;E-Mail;Sales;Invoice;guy@example.com;5;How?
"""


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    path = tmp_path / "desk_2026-04-14.csv"
    path.write_text(DESK, encoding="cp1252")
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    init_project(tmp_path / "mine")
    return tmp_path / "mine"


def test_an_unknown_csv(desk: Path) -> None:
    found = sniff(desk)
    assert (found.kind, found.encoding, found.delimiter, found.rows) == ("csv", "utf-8", ";", 8)
    assert (found.first, found.last) == ("2026-03-31 09:00:00", "2026-04-13 11:15:00")
    facts = {c.name: (c.type, c.time_format, c.meaning, c.unit) for c in found.columns}
    assert facts["Opened"] == ("time", "%d.%m.%Y %H:%M", "created_at", "")
    assert facts["Mail"] == ("e-mail", "", "email", "")
    assert facts["Case No"][2] == "~id"
    assert facts["Waited (sec)"] == ("duration", "", "queue_wait_ms", "s")
    assert facts["State"][:3] == ("words", "", "status")
    assert found.known == ()


def test_encodings_times_and_doubts(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes("id,café,start,epoch time\n1,é,01/02/2026,1767603600\n".encode("cp1252")
                     + "2,ü,03/04/2026,1767603601\n".encode("cp1252"))
    found = sniff(path)
    assert found.encoding not in ("", "utf-8")
    _, _, start, epoch = found.columns
    assert (start.time_format, start.is_naive) == ("%d/%m/%Y", True)
    assert "month first" in start.sure
    assert (epoch.type, epoch.time_format) == ("time", "epoch_s")
    path.write_text("id,start\n1,01/31/2026\n2,03/04/2026\n")
    assert sniff(path).columns[1].time_format == "%m/%d/%Y" and not sniff(path).columns[1].sure


def main_streams() -> list[tuple[str, str, str]]:
    """Each vendor's main stream: (case, adapter, stream)."""
    mains = {"zendesk": "tickets", "zendesk_fivetran": "tickets", "genesys": "conversations",
             "asterisk": "queue_log", "qualtrics": "responses", "intercom": "conversations",
             "jira": "issues", "hubspot": "tickets", "freshdesk": "tickets", "salesforce": "cases"}
    return [(case, str(source["adapter"]), mains.get(case, "records"))
            for case in CASES for source in sources_of(case).values()
            if case in mains or isinstance(source["files"], str)]


@pytest.mark.parametrize(("case", "adapter", "stream"), main_streams())
def test_shapes_of_vendors_are_recognised(case: str, adapter: str, stream: str) -> None:
    (source,) = sources_of(case).values()
    files = source["files"]
    pattern = files if isinstance(files, str) else files[stream]  # type: ignore[index]
    found = sniff(sorted((FOLDER / case).glob(str(pattern)))[0])
    assert (found.known[0].adapter, found.known[0].stream) == (adapter, stream)


def test_what_is_no_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        sniff(tmp_path / "none.csv")
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError, match="the file is empty"):
        sniff(tmp_path / "empty.csv")


def test_a_first_adapter_reads_the_file_and_marks_what_is_open(desk: Path, project: Path) -> None:
    done = new_source(project, "desk", desk, "tickets")
    assert [p.name for p in done.adapters] == ["desk.tickets.sql"]
    text = done.adapters[0].read_text()
    assert re.search(r"-- TODO: 'odd one': which of", text)
    assert "'Asked' (text" in text  # what nothing uses is listed
    before = check_project(project, lambda line: None)
    assert any("odd one" in r for r in before["remarks"])
    assert before["faults"][0]["rule"].endswith("a time without a zone")
    settings = project / "journeys.toml"
    settings.write_text(settings.read_text().replace(
        '# timezone = "Europe/Berlin"    # to decide', 'timezone = "Europe/Berlin"    # decided'))
    done.adapters[0].write_text(re.sub(r"-- TODO.*", "", text))
    after = check_project(project, lambda line: None)
    assert after["remarks"] == [] and after["problems"] == []
    with built(project) as engine:
        found = rows(engine, "tickets", ("ticket_id", "created_at", "status", "channel", "queue",
                                         "contact_reason", "email"))
    assert len(found) == 7
    assert found[0] == ("4711", "2026-03-31 07:00:00", "pending_customer", "email", "Billing",
                        "Invoice", "ada@example.com")
    assert found[3][2:4] == ("open", "other")


@pytest.mark.parametrize("table", ["calls", "messages", "surveys", "channel_events"])
def test_a_first_adapter_for_any_table_is_valid(table: str, desk: Path, project: Path) -> None:
    done = new_source(project, "desk", desk, table)
    report = check_project(project, lambda line: None)
    assert report["problems"] == [] and len(done.adapters) == 1
    assert sum(report["sources"][0]["fates"].values()) == 8


def test_a_known_shape_gets_a_copy_to_change(project: Path) -> None:
    file = FOLDER / "amazon_connect" / "landing" / "connect" / "ctr_2026-01-06.ndjson"
    done = new_source(project, "telephony", file, "calls")
    assert done.copied_from == "amazon_connect"
    assert [p.name for p in done.adapters] == ["telephony.calls.sql", "telephony.surveys.sql"]
    assert 'files = "landing/telephony/ctr_*.ndjson"' in done.settings.read_text()
    with built(project) as engine:
        assert rows(engine, "calls", ("leg_id",)) == [("c-1s",), ("c-3",)]


def test_names_that_cannot_be_are_refused(desk: Path, project: Path) -> None:
    for name, table, what in (("../x", "tickets", "not a usable source name"),
                              ("zendesk", "tickets", "the name is taken"),
                              ("desk", "ticket", "no such table")):
        with pytest.raises(SettingsError, match=what):
            new_source(project, name, desk, table)
    assert list((project / "adapters").iterdir()) == []


def test_the_commands(desk: Path, project: Path) -> None:
    def run(*arguments: str) -> str:
        done = subprocess.run([sys.executable, "-m", "journey_analytics", "sources", *arguments],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    names = {a["name"] for a in json.loads(run("list", "--json"))}
    assert {"zendesk", "amazon_connect", "genesys", "asterisk", "qualtrics", "xes"} <= names
    for name in names:
        assert name in run("list")
    seen = run("sniff", str(desk))
    assert "Opened" in seen and "ada@example.com" not in seen and "Billing" not in seen
    as_json = run("sniff", str(desk), "--json")
    assert json.loads(as_json)["rows"] == 8
    assert "ada@example.com" not in as_json and "Hotline" not in as_json
    assert "to decide" not in run("new", "desk", "--from", str(desk), "--as", "tickets",
                                  str(project))
