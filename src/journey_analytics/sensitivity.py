"""Identity sensitivity: what persons, journeys, repeats and FCR would be under other policies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from . import pipeline, runner, settings_tables
from .history import prepare_history
from .identity import share_secret
from .models import Model, load_models
from .settings import POLICIES, Identity, secret_of
from .sources.canonical import prepare_canonical

#: What the numbers below need; everything they read is built with them.
_NEEDED = ("persons", "journeys", "contact_order", "shared_keys")
_NUMBERS = """
WITH followed AS (
    SELECT started_at, last_earlier_at,
           lead(started_at) OVER (PARTITION BY person_key, reason_family
                                  ORDER BY started_at, contact_key) AS next_at
    FROM contact_order
)
SELECT
    (SELECT count(*) FROM persons WHERE is_active) AS persons,
    (SELECT max(contacts) FROM persons) AS most_contacts,
    (SELECT count(*) FROM journeys WHERE is_customers) AS journeys,
    (SELECT count(*) FROM shared_keys) AS shared_keys,
    (SELECT count(*) FROM followed) AS contacts,
    (SELECT avg(coalesce(last_earlier_at >= started_at - {window}, false)::integer)
     FROM followed) AS repeat_rate,
    (SELECT avg((next_at IS NULL OR next_at > started_at + {window})::integer) FROM followed
     WHERE started_at <= TIMESTAMP '{as_of}' - {window}) AS fcr"""


def identity_sensitivity(
    project: Path, progress: pipeline.Progress = lambda line: None,
    step_begins: pipeline.StepBegins = lambda name, title: None,
) -> list[dict[str, Any]]:
    """Build identity and journeys once per policy and count; nothing that is published changes.

    Returns
    -------
    list of dict
        Per policy: ``is_set`` (the one in the settings), ``persons``, ``most_contacts`` of one
        person, ``journeys``, ``shared_keys``, ``contacts``, ``repeat_rate`` (contacts that follow
        another of the same reason family in the general repeat window) and ``fcr`` (contacts of
        which the window has run out, with none after them in it). Kept for the next run to publish.
    """
    run = pipeline.start(project, progress)
    try:
        share_secret(run.engine, secret_of(project))
        prepare_canonical(run.engine)
        pipeline.set_as_of(run)
        models = _closure(load_models(), _NEEDED)
        found = []
        for policy in POLICIES:
            step_begins(policy, f"building persons and journeys under '{policy}'")
            own = run.settings.identity
            is_set = policy == own.policy
            other = {"policy": policy, "never_link": own.never_link}
            identity = own if is_set else Identity.model_validate(other)
            settings = run.settings.model_copy(update={"identity": identity})
            params = settings_tables.parameters(settings, run.as_of)
            runner.build(run.engine, runner.Work(params, pipeline.SOLVERS, pipeline.GIVEN),
                         progress, models)
            days = settings.thresholds.repeat_window_days
            query = _NUMBERS.format(window=f"INTERVAL {days} DAY", as_of=run.as_of)
            row = run.engine.query(query).to_pylist()[0]
            found.append({"policy": policy, "is_set": is_set, **row})
        prepare_history(run.engine)
        run.engine.register("sensitivity", pa.Table.from_pylist(found))
        run.engine.execute("DELETE FROM state.identity_sensitivity")
        run.engine.execute("INSERT INTO state.identity_sensitivity BY NAME FROM sensitivity")
    finally:
        pipeline.finish(run)
    return found


def _closure(models: Sequence[Model], wanted: tuple[str, ...]) -> list[Model]:
    """Return the models that make the wanted tables, and everything these read."""
    makers: dict[str, list[Model]] = {}
    for model in models:
        makers.setdefault(model.table, []).append(model)
    needed: set[str] = set()
    todo = list(wanted)
    while todo:
        table = todo.pop()
        if table in makers and table not in needed:
            needed.add(table)
            todo += [name for m in makers[table] for name in m.inputs]
    return [m for m in models if m.table in needed]
