"""The flows under one Prefect server on loopback, and what runs a project without Prefect."""

from __future__ import annotations

import http.server
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from journey_analytics.pipeline import STEPS
from tests.conftest import ROOT
from tests.project import write_project
from tests.test_docs import JOURNEYS, blocks, journeys
from tests.test_model_cases import call

UNITS = ROOT / "pipelines" / "units"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Prefect server of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DO_NOT_TRACK", "1")
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        from prefect.settings import get_current_settings
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=90):
            yield str(get_current_settings().api.url)


@pytest.fixture
def flows(server: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "pipelines"))
    import flows  # type: ignore[import-not-found]

    return flows


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_project(tmp_path / "project", calls=[
        call(f"c{i}", f"{day} 09:00", contact_reason="billing", queue_wait_ms=300000)
        for i in range(6) for day in ("10", "12")])


def told(project: Path) -> Path:
    """Have failures told to a file of the project; returns it."""
    tell = "import sys; open('told.json', 'a').write(sys.stdin.read() + '\\n')"
    settings = project / "journeys.toml"
    settings.write_text(settings.read_text() + "[nights]\non_failure_command = "
                        f"{json.dumps([sys.executable, '-c', tell])}\n")
    return project / "told.json"


def under_prefect(test: Callable[..., None]) -> Callable[..., None]:
    """Mark a test that needs Prefect, which warns of its own affairs."""
    return pytest.mark.flow(pytest.mark.filterwarnings("default")(test))


@under_prefect
def test_nights_run_their_steps_as_tasks_leave_artifacts_and_tell_of_failure(
    flows: ModuleType, project: Path
) -> None:
    from prefect.client.orchestration import get_client

    file = told(project)
    result = flows.nightly(project)
    assert result["records_new"] == 12 and result["problems"] == 0
    assert Path(str(result["pack"])).is_file()
    again = flows.backfill(project, "calls")
    assert again["records_new"] == 12
    with pytest.raises(Exception, match="no file of these days"):
        flows.backfill(project, "calls", since="2030-01-01")
    with pytest.raises(Exception, match="invalid parameters"):
        flows.backfill(project, "calls", since="yesterday")
    assert [Path(p) for p in flows.pack(project)] == [Path(str(result["pack"]))]
    event = json.loads(file.read_text().splitlines()[0])
    assert event["event"] == "failed" and "no file of these days" in event["messages"][0]
    with get_client(sync_client=True) as client:
        tasks = {t.name.rsplit("-", 1)[0] for t in client.read_task_runs()}
        artifacts: dict[str, str] = {}
        for artifact in client.read_artifacts():
            artifacts[str(artifact.key)] = artifacts.get(str(artifact.key), "") + str(artifact.data)
        names = {r.name for r in client.read_flow_runs()}
    assert tasks == {*(name for name, _, _ in STEPS), "forget_files"}
    assert "Long wait" in artifacts["pain-points"] and "12 contacts" in artifacts["run-summary"]
    assert "pack.html" in artifacts["pack"] and "data-quality" in artifacts
    assert any(re.fullmatch(r"nightly project \d{4}-\d\d-\d\d", n) for n in names), names


@under_prefect
def test_the_commands_of_the_docs_lead_to_a_scheduled_deployment_that_runs(
    server: str, project: Path, tmp_path: Path
) -> None:
    """docs/operations.md, from a work pool to a run: as it stands, but for the server's address."""
    from prefect.client.orchestration import get_client

    commands = [line for block in blocks(ROOT / "docs" / "operations.md", "sh")
                for line in block.splitlines() if line.startswith("prefect ")
                and "server start" not in line]
    assert len(commands) == 4
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "pipelines", checkout / "pipelines")
    shutil.copytree(project, checkout / "demo")
    environment = {**os.environ, "PREFECT_API_URL": server, "NO_COLOR": "1",
                   "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    for command in commands:
        done = subprocess.run(shlex.split(command, comments=True), cwd=checkout, check=False,
                              capture_output=True, text=True, env=environment, timeout=120)
        assert done.returncode == 0, f"{command}: {done.stdout} {done.stderr}"
    with get_client(sync_client=True) as client:
        deployed = {d.name: d for d in client.read_deployments()}
        runs = [r for r in client.read_flow_runs() if r.deployment_id == deployed["nightly"].id
                and r.state is not None and r.state.is_completed()]
    assert set(deployed) == {"nightly", "backfill", "pack"}
    [schedule] = deployed["nightly"].schedules
    assert schedule.active and "30 3 * * *" in str(schedule.schedule)
    assert len(runs) == 1 and list((checkout / "demo" / "packs").rglob("pack.html"))


@under_prefect
def test_schedule_stays_and_plans_the_nights_of_the_projects_own_clock(
    server: str, project: Path
) -> None:
    from prefect.client.orchestration import get_client

    settings = project / "journeys.toml"
    settings.write_text(settings.read_text().replace(
        "[project]", '[project]\ntimezone = "Europe/Berlin"') + '[nights]\nat = "04:15"\n')
    serving = subprocess.Popen([*JOURNEYS, "schedule", str(project)], stdout=subprocess.PIPE,
                               text=True, env={**os.environ, "PREFECT_API_URL": server})
    try:
        assert serving.stdout is not None
        for line in serving.stdout:
            if "is being served" in line:
                break
        with get_client(sync_client=True) as client:
            [served] = [d for d in client.read_deployments() if d.name == "project"]
        assert "15 4 * * *" in str(served.schedules[0].schedule)
        assert "Europe/Berlin" in str(served.schedules[0].schedule)
    finally:
        serving.terminate()
        serving.communicate(timeout=30)


def test_every_deployment_names_a_flow_and_runs_one_at_a_time_at_an_hour_that_is_there() -> None:
    deployments = yaml.safe_load((ROOT / "pipelines" / "prefect.yaml").read_text())["deployments"]
    text = (ROOT / "pipelines" / "flows.py").read_text()
    for deployment in deployments:
        path, _, function = deployment["entrypoint"].partition(":")
        assert path == "pipelines/flows.py" and f"def {function}(" in text
    nightly = deployments[0]
    assert nightly["schedules"][0]["timezone"] and nightly["schedules"][0]["cron"] == "30 3 * * *"
    assert nightly["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}


def test_a_failed_run_is_told_to_a_command_and_an_address(project: Path) -> None:
    heard: list[dict[str, Any]] = []

    class Listener(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    listener = http.server.HTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    file = told(project)
    settings = project / "journeys.toml"
    address = f"http://127.0.0.1:{listener.server_address[1]}/"
    settings.write_text(settings.read_text() + f'on_failure_webhook = "{address}"\n')
    secret = "ada.lovelace@example.org"
    calls = next((project / "landing").glob("*.csv"))
    calls.write_text(calls.read_text().replace("started_at", secret))
    try:
        assert journeys("run", str(project), "--quiet").returncode == 3
    finally:
        listener.shutdown()
        listener.server_close()
    assert heard == [json.loads(file.read_text())]
    assert heard[0]["event"] == "failed" and "no usable record" in heard[0]["messages"][0]
    assert secret not in str(heard)


def test_the_units_run_the_command_that_there_is(project: Path) -> None:
    commands = [
        re.findall(r"^ExecStart=(.*)$", (UNITS / "journeys.service").read_text(), re.M)[0],
        re.findall(r"^30 3 \* \* \* journeys (.*)$", (UNITS / "journeys.cron").read_text(),
                   re.M)[0]]
    assert commands[0] == commands[1]
    own = commands[0].replace("/opt/journeys/venv/bin/journeys", shlex.join(JOURNEYS)).replace(
        "/srv/journeys/project", shlex.quote(str(project)))
    assert subprocess.run(["sh", "-c", own], capture_output=True, check=False).returncode == 0
    if shutil.which("systemd-analyze"):
        done = subprocess.run(["systemd-analyze", "calendar", re.findall(
            r"OnCalendar=(.*)", (UNITS / "journeys.timer").read_text())[0]],
            capture_output=True, text=True, check=False)
        assert done.returncode == 0 and "03:30:00" in done.stdout
