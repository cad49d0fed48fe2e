"""Files nobody here wrote: vendors' samples by the pages, unknown exports by ``sources new``.

The data lies beside the checkout: ../shared/data; where it is not, the tests are skipped.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.test_pages import journeys, section
from tests.conftest import ROOT

pytestmark = pytest.mark.acceptance
DATA = ROOT.parent / "shared" / "data"
#: By page: files of the stream (pattern below the samples to the name in the landing folder), and
#: rows by canonical table that the samples have.
VENDORS: dict[str, tuple[dict[str, str], dict[str, int]]] = {
    "amazon_connect": ({"amazon-connect/ctr_stream.ndjson": "connect/ctr_stream.ndjson"},
                       # three versions of one contact, which was passed on; and another contact
                       {"calls": 3}),
    "genesys": ({"genesys-cloud/conversation_details.json": "genesys/conversations_1.json"},
                # ivr, acd and the agent who answered, not the one who was rung; one agent alone
                {"calls": 4}),
    "asterisk": ({"asterisk/queue_log_2010_sample": "pbx/queue_log.1",
                  "asterisk/queue_log_modern_lines": "pbx/queue_log"},
                 # 2 calls of a queue and an agent leg each; 2 more of both, 3 without an agent
                 {"calls": 11}),
    "qualtrics": ({"qualtrics/sample.csv": "survey/responses_1.csv",
                   "qualtrics/sample_legacy.csv": "survey/responses_2.csv",
                   "qualtrics/fivetran_seed_distribution_contact.csv":
                       "survey/distributions_1.csv"},
                  {"surveys": 7}),
    "zendesk_fivetran": ({"zendesk/fivetran_seed_ticket_data.csv": "zendesk/ticket_2026.csv",
                          "zendesk/fivetran_seed_ticket_field_history_data.csv":
                              "zendesk/ticket_field_history.csv",
                          "zendesk/fivetran_seed_ticket_comment_data.csv":
                              "zendesk/ticket_comment.csv",
                          "zendesk/fivetran_seed_user_data.csv": "zendesk/user.csv",
                          "zendesk/fivetran_seed_group_data.csv": "zendesk/group.csv"},
                         {"tickets": 10}),
}


def beside(name: str) -> Path:
    if not (DATA / name).exists():
        pytest.skip(f"needs the real export {name} beside the checkout, which is not here")
    return DATA / name


def checked(project: Path) -> dict[str, Any]:
    done = journeys("check", str(project), "--json")
    assert done.returncode == 0, done.stderr + done.stdout
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("page", VENDORS)
def test_a_vendors_sample_by_its_page(page: str, tmp_path: Path) -> None:
    samples = beside("vendor-samples")
    project = tmp_path / "mine"
    assert journeys("init", str(project)).returncode == 0
    files, expected = VENDORS[page]
    for source, target in files.items():
        (project / "landing" / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(samples / source, project / "landing" / target)
    text = section(page)
    for stream, pattern in re.findall(r'(\w+) = "(landing/[^"]+)"', text):
        if not list(project.glob(pattern)):  # as the page says: leave out what you do not have
            text = re.sub(rf',? ?\b{stream} = "[^"]*"', "", text)
    with (project / "journeys.toml").open("a", encoding="utf-8") as settings:
        settings.write(text)
    report = checked(project)
    tables = {t: facts["rows"] for t, facts in report["sources"][0]["tables"].items()}
    assert {t: tables.get(t) for t in expected} == expected
    assert report["faults"] == []
    assert journeys("run", str(project), "--quiet").returncode == 0
    assert (project / "packs" / "everything" / "draft" / "pack.html").exists()


def edit(path: Path, *pairs: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def started(tmp_path: Path, name: str, file: Path, table: str) -> Path:
    project = tmp_path / "mine"
    if not project.exists():
        assert journeys("init", str(project)).returncode == 0
    done = journeys("sources", "new", name, "--from", str(file), "--as", table, str(project))
    assert done.returncode == 0, done.stderr
    return project


ZONE = ('# timezone = "Europe/Berlin"    # to decide: the zone of its times; they carry none',
        'timezone = "UTC"')


def test_a_ticket_list_without_a_time_of_creation(tmp_path: Path) -> None:
    file = beside("kaggle-support-tickets/customer_support_tickets.csv.gz")
    project = started(tmp_path, "desk", file, "tickets")
    edit(project / "journeys.toml", ZONE)
    adapter = project / "adapters" / "desk.tickets.sql"
    (todo,) = re.findall(r"null as created_at,  -- TODO.*", adapter.read_text())
    edit(adapter, (todo, 'r."First Response Time" as created_at,'))
    report = checked(project)
    assert report["remarks"] == []
    # 8,469 tickets; 2,819 without a response have no time at all, and 1,365 of the closed ones were
    # solved before it.
    assert report["sources"][0]["tables"]["tickets"]["rows"] == 8_469 - 2_819 - 1_365
    assert {f["rule"]: f["records"] for f in report["faults"]} == {
        "created_at: missing": 2_819, "end before start": 1_365}
    assert journeys(  # half of it is set aside, which a gate would not let in
        "run", str(project), "--quiet", "--accept", "desk").returncode == 0
    status = journeys("status", str(project))
    assert status.returncode == 0


def test_a_shops_contacts_with_csat(tmp_path: Path) -> None:
    file = beside("ecommerce-csat-sample/customer_support_data_first65.csv")
    project = started(tmp_path, "shop", file, "tickets")
    started(tmp_path, "shop_csat", file, "surveys")
    settings = project / "journeys.toml"
    settings.write_text(settings.read_text().replace(*ZONE) + 'tickets_of = "shop"\n')
    tickets = (project / "adapters" / "shop.tickets.sql")
    edit(tickets, ("'open' as status,  -- TODO: which column tells the status?",
                   "'solved' as status,"))
    surveys = (project / "adapters" / "shop_csat.surveys.sql")
    edit(surveys, ("  -- TODO: the scale; values from 1 to 5 were seen", ""),
         ('r."Unique id" as response_id,',
          'r."Unique id" as response_id,\n    r."Unique id" as ticket_id,'))
    report = checked(project)
    assert (report["remarks"], report["faults"]) == ([], [])
    assert [s["tables"] for s in report["sources"]][0]["tickets"]["rows"] == 65
    assert [s["tables"] for s in report["sources"]][1]["surveys"]["rows"] == 65
    assert journeys("run", str(project), "--quiet").returncode == 0
