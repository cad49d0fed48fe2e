"""What several tests need: projects that run once per session, and an open warehouse."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from journey_analytics.engines import Published
from journey_analytics.pipeline import run_project, warehouse_file

FIXTURES = Path(__file__).parent / "fixtures"
#: What a test of the models' results runs on: the same rows in, the same rows out.
ENGINES = ["duckdb", pytest.param("spark", marks=pytest.mark.spark)]
#: A session of tests: small data, so plans are run as they are and nothing is compiled for speed.
SPARK = """spark.ui.enabled false
spark.log.level ERROR
spark.sql.shuffle.partitions 1
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
"""
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
def on_spark(tmp_path_factory: pytest.TempPathFactory, _session_secret: None) -> Iterator[str]:
    """Settings that have Spark build the models, in a session for tests."""
    folder = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text(SPARK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        yield '\n[machine]\nengine = "spark"\nthreads = 1\n'


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest, _session_secret: None) -> str:
    """The engine that builds the models, as lines of settings."""
    return "" if request.param == "duckdb" else str(request.getfixturevalue("on_spark"))


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
