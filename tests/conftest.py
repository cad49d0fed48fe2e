"""What several tests need: projects that run once per session, and an open warehouse."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journey_analytics.engines import Published
from journey_analytics.pipeline import run_project, warehouse_file

FIXTURES = Path(__file__).parent / "fixtures"
ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def _same_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys depend on the installation's secret; tests share one so that runs can be compared."""
    monkeypatch.setenv("JOURNEYS_SECRET", "a secret of the tests")


@pytest.fixture(scope="session")
def _session_secret() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JOURNEYS_SECRET", "a secret of the tests")
        yield


@pytest.fixture(scope="session")
def two_sources(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Path:
    """The hand-written project of two sources that share customers, run once."""
    project = tmp_path_factory.mktemp("two") / "project"
    shutil.copytree(FIXTURES / "two_sources", project)
    run_project(project)
    return project


@pytest.fixture(scope="session")
def sample_project(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Path:
    """The shipped sample, run once."""
    project = tmp_path_factory.mktemp("sample") / "project"
    shutil.copytree(ROOT / "data" / "sample", project)
    run_project(project)
    return project


@pytest.fixture
def published() -> Iterator[Callable[[Path], Published]]:
    """A function that opens the warehouse of a project for the length of the test."""
    opened: list[Published] = []

    def open_(project: Path) -> Published:
        opened.append(Published(warehouse_file(project)))
        return opened[-1]

    yield open_
    for warehouse in opened:
        warehouse.connection.close()
