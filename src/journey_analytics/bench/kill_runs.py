"""Kill -9 again and again: ``python -m …bench.kill_runs FOLDER PERSONS KILLS SEED``.

A process of its own, because one that has used a database must not fork.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from .. import pipeline
from ..sample import generate
from .kills import Kill, checksums, in_child, orphans, run_and_kill, run_to_the_end

NIGHTS = 4


def kill_runs(folder: Path, persons: int, kills: int, seed: int) -> dict[str, Any]:
    """Kill runs of a project and hold each night's end against a project that nobody disturbed.

    The first kills hit every boundary between steps, the others any moment.

    Returns
    -------
    dict
        ``died``: how many runs really did; ``differing``: tables that were not as they should be
        at the end of some night; ``orphans``: files that were left then.
    """
    dice = random.Random(seed)
    project, undisturbed = folder / "killed", folder / "undisturbed"
    made = generate(project, persons=persons, days=60, seed=seed, nights=NIGHTS - 1)
    let_as_of_follow(project)
    later = folder / "later"
    shutil.move(project / "landing", later)
    shutil.copytree(project, undisturbed)
    planned = [Kill(step) for step in range(len(pipeline.STEPS) + 1)]
    planned += [Kill(None, dice.uniform(0, 0.9)) for _ in range(kills - len(planned))]
    dice.shuffle(planned)
    found: dict[str, Any] = {"died": 0, "differing": [], "orphans": []}
    for night, day in enumerate(made.deliveries):
        for path in sorted(later.rglob(f"*_{day.isoformat()}*")):
            for target in (project, undisturbed):
                place = target / "landing" / path.relative_to(later)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, place)
        began = time.perf_counter()
        in_child(lambda: run_to_the_end(undisturbed))
        seconds = time.perf_counter() - began
        for kill in planned[night::NIGHTS]:
            found["died"] += run_and_kill(project, Kill(kill.step, kill.after_seconds * seconds))
        in_child(lambda: run_to_the_end(project))
        wanted, _ = in_child(lambda: checksums(undisturbed))
        got, _ = in_child(lambda: checksums(project))
        found["differing"] += [f"night {night}: {table}" for table in sorted(wanted | got)
                               if wanted.get(table) != got.get(table)]
        found["orphans"] += orphans(project)
    return found


def let_as_of_follow(project: Path) -> None:
    """Take the sample's fixed ``as_of`` out of its settings, so that each night has its own."""
    settings = project / "journeys.toml"
    lines = settings.read_text(encoding="utf-8").splitlines()
    settings.write_text("\n".join(x for x in lines if not x.startswith("as_of")) + "\n")


if __name__ == "__main__":
    answer = kill_runs(Path(sys.argv[1]), *(int(a) for a in sys.argv[2:5]))
    sys.stdout.write(json.dumps(answer) + "\n")
