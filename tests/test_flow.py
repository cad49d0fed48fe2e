"""The nightly flow under Prefect's own harness, on a real project."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.project import write_project
from tests.test_model_cases import call

pytestmark = [pytest.mark.flow, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def harness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DO_NOT_TRACK", "1")
        patch.setenv("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=90):
            yield


def test_a_night_runs_its_steps_as_tasks_and_leaves_artifacts(
    harness: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "pipelines"))
    sys.modules.pop("nightly", None)
    from prefect.client.orchestration import get_client

    from journey_analytics import pipeline
    from nightly import nightly

    project = write_project(tmp_path / "project", calls=[
        call(f"c{i}", f"{day} 09:00", contact_reason="billing", queue_wait_ms=300000)
        for i in range(6) for day in ("10", "12")])
    result = nightly(project)
    assert result["records_new"] == 12 and result["problems"] == 0
    assert Path(str(result["pack"])).is_file()

    with get_client(sync_client=True) as client:
        tasks = {t.name.rsplit("-", 1)[0] for t in client.read_task_runs()}
        artifacts = {str(a.key): str(a.data) for a in client.read_artifacts()}
    assert tasks == {name for name, _, _ in pipeline.STEPS}
    assert "Long wait" in artifacts["pain-points"]
    assert "pack.html" in artifacts["pack"]


def test_the_deployment_names_the_flow_a_zone_and_one_run_at_a_time() -> None:
    import yaml

    deployment = yaml.safe_load((ROOT / "pipelines" / "prefect.yaml").read_text())["deployments"][0]
    path, _, function = deployment["entrypoint"].partition(":")
    assert f"def {function}(" in (ROOT / path).read_text()
    assert deployment["schedules"][0]["timezone"] and deployment["schedules"][0]["cron"]
    assert deployment["concurrency_limit"] == {"limit": 1, "collision_strategy": "CANCEL_NEW"}
