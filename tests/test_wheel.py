"""What is shipped: a wheel built through the sdist holds SQL, sample, flows, and runs elsewhere."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.wheel


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)],
                   check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def tracked(folder: str) -> set[str]:
    listed = subprocess.run(["git", "ls-files", "--", folder], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split("\n")
    return {name.removeprefix(folder + "/") for name in listed if name}


@pytest.mark.parametrize("folder, inside", [
    ("sql", "sql"), ("data/sample", "sample_project"), ("pipelines", "pipelines"),
    ("src/journey_analytics", ""),
])
def test_the_wheel_holds_what_git_tracks(wheel: Path, folder: str, inside: str) -> None:
    prefix = "/".join(p for p in ("journey_analytics", inside) if p) + "/"
    with zipfile.ZipFile(wheel) as archive:
        packed = {n.removeprefix(prefix) for n in archive.namelist() if n.startswith(prefix)}
    if not inside:
        packed = {n for n in packed
                  if n.split("/")[0] not in ("sql", "sample_project", "pipelines")}
    assert packed == tracked(folder)


def test_it_runs_elsewhere_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target",
                    str(site), str(wheel)], check=True, capture_output=True)
    code = ("import sys; sys.path.insert(0, sys.argv[1]); import journey_analytics; "
            "assert journey_analytics.__file__.startswith(sys.argv[1]); "
            "sys.argv = ['journeys', 'demo', 'there']; from journey_analytics.cli import main; "
            "main()")
    done = subprocess.run([sys.executable, "-P", "-c", code, str(site)], cwd=tmp_path,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "there" / "packs" / "everything" / "draft" / "pack.html").is_file()
    assert "Long wait" in done.stdout
