"""Commands for what runs unattended: ``rollback``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer


def rollback(
    folder: Annotated[Path, typer.Argument(
        metavar="[DIR]", help="Project folder, the one with journeys.toml.", show_default="here",
    )] = Path(),
    to: Annotated[int | None, typer.Option(
        help="Number of the run to publish again; else the one before.")] = None,
) -> None:
    """Publish an earlier run again, and write its pack. Readers are not disturbed.

    The next run publishes from the records as ever.
    """
    from .pack import build_packs
    from .pipeline import SOLVERS
    from .printing import OUT, command, local
    from .settings import load
    from .snapshots import rollback as rolled_back

    settings = load(folder)
    found = rolled_back(folder, to)
    _, problems = build_packs(folder, settings, SOLVERS)
    zone = settings.project.timezone
    OUT.print(f"Published again: run {found['run_no']}, "
              f"as of {local(found['as_of'], zone)} {zone}.", soft_wrap=True)
    if found["before"] is not None:
        undo = command("rollback", folder, "--to", found["before"])
        OUT.print(f"To undo: {undo}", soft_wrap=True)
    for problem in problems:
        sys.stderr.write(f"warning: {problem}\n")
    if problems:
        raise typer.Exit(3)


def schedule(
    folder: Annotated[Path, typer.Argument(
        metavar="[DIR]", help="Project folder, the one with journeys.toml.", show_default="here",
    )] = Path(),
) -> None:
    """Stay, and run the project every night at [nights].at, with Prefect on this machine.

    Needs a Prefect server (`prefect server start`, and PREFECT_API_URL set to it); shows there.
    """
    from .models import shipped
    from .settings import load

    load(folder)  # what is wrong with the settings is told now, not at night
    flows = shipped("pipelines") / "flows.py"
    os.execv(sys.executable, [sys.executable, str(flows), str(folder.resolve())])
