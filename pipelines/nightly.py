"""The nightly run as a Prefect flow: its tasks are the steps of ``journey_analytics.pipeline``.

Nothing of the run crosses into Prefect but names, counts and paths: the data stays in the
warehouse.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

# Prefect reports usage unless told not to, and reads this when it is imported.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_link_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.states import State
from prefect.tasks import Task

from journey_analytics import pipeline
from journey_analytics.status import read_status

#: Steps where trying again can help: a share that is away for a moment while files are read.
#: All others fail the same way twice.
RETRIED = {"ingest"}


async def _away_for_a_moment(task_: Task, run: TaskRun, state: State) -> bool:
    """Return whether a step failed for a reason that may pass: the file system, not the data."""
    try:
        await state.aresult()
    except OSError:
        return True
    except Exception:
        return False
    return False


@flow(name="nightly", flow_run_name="nightly {project}", log_prints=False)
def nightly(project: Path, as_of: datetime | None = None) -> dict[str, str | int]:
    """Read new files, rebuild journeys, publish the warehouse and refresh the pack.

    Parameters
    ----------
    project
        Folder with ``journeys.toml``.
    as_of
        Time up to which the sources are complete; left out: from settings or data.

    Returns
    -------
    dict
        Path of the pack, new records, and how many files or sources had problems.
    """
    logger = get_run_logger()
    run = pipeline.start(project, logger.debug, as_of)
    try:
        for name, title, step in pipeline.STEPS:
            _as_task(run, name, title, step)()
    finally:
        pipeline.finish(run)
    for problem in run.problems:
        logger.warning("%s", problem)
    _show(project, run)
    return {"pack": str(run.pack), "records_new": run.records_new, "problems": len(run.problems)}


def _as_task(
    run: pipeline.Run, name: str, title: str, step: pipeline.Step
) -> Task[[], None]:
    def body() -> None:
        step(run)

    body.__doc__ = title
    return task(
        name=name, cache_policy=NO_CACHE, persist_result=False,
        retries=2 if name in RETRIED else 0, retry_delay_seconds=[30, 120],
        retry_condition_fn=_away_for_a_moment,
    )(body)


def _show(project: Path, run: pipeline.Run) -> None:
    """Leave the worst pain points and a link to the pack beside the flow run."""
    status = read_status(project)
    create_table_artifact(
        key="pain-points",
        table=[{k: p[k] for k in ("rank", "title", "reason", "channel", "queue", "persons_hit",
                                  "difference", "burden")} for p in status["worst"]],
        description=f"Worst of {status['pain_points']} pain points, as of {run.as_of} UTC",
    )
    if run.pack is not None:
        create_link_artifact(key="pack", link=run.pack.resolve().as_uri(),
                             description="The evidence pack")
