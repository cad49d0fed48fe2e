"""The flows: ``nightly``, ``backfill`` and ``pack``; their tasks are the steps of the pipeline.

Nothing of a run crosses into Prefect but names, counts, paths and what is published anyway: the
data stays in the warehouse. Run as a program with a project's folder, this file stays and runs the
project every night.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

# Prefect reports usage unless told not to, and reads this when it is imported.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_table_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.flows import Flow
from prefect.schedules import Cron
from prefect.states import State
from prefect.tasks import Task

from journey_analytics import notify, pipeline
from journey_analytics.backfill import read_again
from journey_analytics.errors import JourneyError, SettingsError
from journey_analytics.settings import load
from journey_analytics.status import read_status

#: Steps where trying again can help: a share that is away for a moment while files are read.
#: All others fail the same way twice.
RETRIED = {"ingest"}
#: A run that takes longer hangs: nobody waits for it, and the next night starts anew.
TIMEOUT_SECONDS = 6 * 3600


class StepFailed(Exception):
    """A step failed; of why, what may be published: Prefect stores and shows it."""

    def __init__(self, error: JourneyError) -> None:
        super().__init__(error.public)


async def _away_for_a_moment(task_: Task, run: TaskRun, state: State) -> bool:
    """Return whether a step failed for a reason that may pass: the file system, not the data."""
    try:
        await state.aresult()
    except OSError:
        return True
    except Exception:
        return False
    return False


def _name() -> str:
    """Return a run's name: flow, project and the day it was planned for."""
    project = Path(str(runtime.flow_run.parameters["project"])).name
    day = runtime.flow_run.scheduled_start_time
    return f"{runtime.flow_run.flow_name} {project} {day:%Y-%m-%d}"


def _tell(flow_: Flow[..., Any], run: Any, state: State) -> None:
    """Tell whom ``[nights]`` names that a flow failed; of an error only what may be published."""
    try:
        error = state.result(raise_on_failure=False)
    except Exception as failed:  # a state that crashed has no result
        error = failed
    message = str(error) if isinstance(error, StepFailed) else str(state.name)
    notify.tell(Path(run.parameters["project"]), "failed", [message])


_OPTIONS: dict[str, Any] = {
    "flow_run_name": _name, "timeout_seconds": TIMEOUT_SECONDS, "log_prints": False,
    "on_failure": [_tell], "on_crashed": [_tell],
}


@flow(name="nightly", **_OPTIONS)
def nightly(project: Path, as_of: datetime | None = None) -> dict[str, str | int]:
    """Read new files, rebuild journeys, publish the warehouse and refresh the packs.

    Parameters
    ----------
    project
        Folder with ``journeys.toml``.
    as_of
        Time up to which the sources are complete; left out: from settings or data.

    Returns
    -------
    dict
        Path of the first pack, new records, and how many files or sources had problems.
    """
    return _steps(pipeline.start(project, get_run_logger().debug, as_of))


@flow(name="backfill", **_OPTIONS)
def backfill(
    project: Path, source: str, since: date | None = None, until: date | None = None
) -> dict[str, str | int]:
    """Read files of a source again, all or those of some days, and run the night on them.

    Parameters
    ----------
    source
        Name of the source in ``journeys.toml``.
    since, until
        Dates in the names of the files, both inclusive; left out: all.
    """
    if since and until and since > until:
        raise SettingsError("backfill", "it begins after it ends", found=f"{since} to {until}")
    run = pipeline.start(project, get_run_logger().debug)

    def forget_files(run: pipeline.Run) -> None:
        read_again(run, source, since, until)

    return _steps(run, ("forget_files", "having files read again", forget_files))


@flow(name="pack", **_OPTIONS)
def pack(project: Path, name: str | None = None) -> list[str]:
    """Write the packs of a project from what is published, without a run.

    Parameters
    ----------
    name
        One of ``[[packs]]``; left out: all.
    """
    from journey_analytics.pack.build import build_pack, declared

    settings = load(project)
    scopes = [s for s in declared(settings) if name in (None, s.name)]
    if not scopes:
        raise SettingsError("pack", "no such pack", found=f"'{name}'",
                            allowed=", ".join(s.name for s in declared(settings)))
    written = [build_pack(project, settings, scope, pipeline.SOLVERS) for scope in scopes]
    for path in written:
        _link(path)
    return [str(path) for path in written]


def _steps(run: pipeline.Run, *before: tuple[str, str, pipeline.Step]) -> dict[str, str | int]:
    """Run the steps as tasks, and leave what they came to beside the flow run."""
    try:
        for name, title, step in (*before, *pipeline.STEPS):
            _as_task(run, name, title, step)()
    finally:
        pipeline.finish(run)
    for problem in run.problems:
        get_run_logger().warning("%s", problem.public)
    if run.problems:
        notify.tell(run.project, "problems", [p.public for p in run.problems])
    _show(run)
    return {"pack": str(run.pack), "records_new": run.records_new, "problems": len(run.problems)}


def _as_task(
    run: pipeline.Run, name: str, title: str, step: Callable[[pipeline.Run], None]
) -> Task[[], None]:
    def body() -> None:
        try:
            step(run)
        except JourneyError as error:
            raise StepFailed(error) from None

    body.__doc__ = title
    return task(
        name=name, cache_policy=NO_CACHE, persist_result=False,
        retries=2 if name in RETRIED else 0, retry_delay_seconds=[30, 120],
        retry_condition_fn=_away_for_a_moment,
    )(body)


def _show(run: pipeline.Run) -> None:
    """Leave summary, worst pain points, data quality and a link to each pack."""
    status = read_status(run.project)
    last = status["last_run"]
    create_markdown_artifact(key="run-summary", markdown="\n".join([
        f"# Run {last['run_no']} of {status['project']}", "",
        f"- as of {status['as_of']:%Y-%m-%d %H:%M} UTC",
        f"- {last['records_new']:,} new records, {last['promises_held']} promises held",
        f"- {sum(status['persons'].values()):,} persons, {status['contacts']:,} contacts, "
        f"{sum(status['journeys'].values()):,} journeys, {status['pain_points']} pain points",
        *(f"- **warning** {w}" for w in status["warnings"])]))
    create_table_artifact(
        key="pain-points",
        table=[{k: p[k] for k in ("rank", "title", "reason", "channel", "queue", "persons_hit",
                                  "difference", "burden")} for p in status["worst"]],
        description=f"Worst of {status['pain_points']} pain points, as of {run.as_of} UTC")
    create_table_artifact(
        key="data-quality",
        table=[*status["gates"], *({"source": q["source"], "gate": "quarantine",
                                    "subject": q["rule"], "found": q["records"]}
                                   for q in status["quarantine"])],
        description="Gates that did not pass, and records set aside by rule")
    for path in run.packs:
        _link(path)


def _link(pack_page: Path) -> None:
    create_link_artifact(key="pack", link=pack_page.resolve().as_uri(),
                         description=f"The evidence pack {pack_page.parent.name}")


def serve(project: Path) -> None:
    """Stay, and run the project every night at ``[nights].at``, one run at a time."""
    settings = load(project)
    hour, minute = settings.nights.at.split(":")
    nightly.serve(
        name=project.name, parameters={"project": str(project)}, limit=1,
        schedules=[Cron(f"{int(minute)} {int(hour)} * * *", timezone=settings.project.timezone)])


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
