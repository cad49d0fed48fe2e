"""Makes small real projects from rows that a test writes down."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from journey_analytics import pipeline, runner
from journey_analytics.contracts import TABLES
from journey_analytics.engines import Published
from journey_analytics.models import Model

Row = Mapping[str, Any]
#: Columns a row gets where a test does not care.
DEFAULTS: dict[str, dict[str, str]] = {
    "calls": {"leg_kind": "agent", "direction": "inbound", "channel": "voice",
              "outcome": "answered"},
    "tickets": {"status": "solved", "channel": "email", "opened_by": "customer"},
    "ticket_history": {"actor_type": "agent", "field": "status"},
    "messages": {"channel": "email", "direction": "in", "actor": "customer"},
    "surveys": {"metric": "nps", "question_id": "q1", "scale_min": "0", "scale_max": "10",
                "higher_is_better": "true", "status": "complete"},
    "channel_events": {"channel": "web", "event_type": "page_view"},
}
HEAD = '[project]\nname = "Test"\nas_of = "{as_of}"\n'


def write_adapter(folder: Path, name: str, table: str, columns: Sequence[str],
                  header: str = "") -> None:
    """Write an adapter that maps columns of the same names."""
    selected = ",\n".join(f'    r."{c}" as {c}' for c in columns)
    key = TABLES[table].key[0]
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.{table}.sql").write_text(
        f"-- adapter: {name}\n-- table: {table}\n-- grain: one row per {key}\n-- unit: {key}\n"
        f"-- inputs: records\n{header}select\n    r.record_key,\n{selected}\nfrom records as r\n")


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV; every row's columns together make the header."""
    columns = list(dict.fromkeys(c for row in rows for c in row))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def write_project(
    folder: Path, as_of: str = "2026-03-31T00:00:00Z", settings: str = "",
    **tables: Sequence[Row],
) -> Path:
    """Write a project with one source per canonical table, named after it.

    Rows are canonical rows as text; times are UTC. References go to the other sources of the
    project: a ticket's call_ids are ids of ``calls``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    toml = HEAD.format(as_of=as_of)
    for table, rows in tables.items():
        filled = [{**DEFAULTS[table], **row} for row in rows]
        write_csv(folder / "landing" / f"{table}_2026-03-31.csv", filled)
        columns = list(dict.fromkeys(c for row in filled for c in row))
        write_adapter(folder / "adapters", f"own_{table}", table, columns)
        toml += (f'\n[sources.{table}]\nadapter = "own_{table}"\n'
                 f'files = "landing/{table}_*.csv"\ntimezone = "UTC"\nid_space = "test"\n')
        toml += 'calls_of = "calls"\n' if "calls" in tables else ""
        toml += 'tickets_of = "tickets"\n' if "tickets" in tables else ""
    (folder / "journeys.toml").write_text(toml + "\n" + settings)
    return folder


def name_touchpoints(opened: Published, project: Path) -> None:
    """Make the view ``who``: which customer and which row of the test a touchpoint is."""
    opened.connection.execute(
        f"ATTACH '{project / 'warehouse' / 'state.duckdb'}' AS state (READ_ONLY)")
    opened.connection.execute("""
        CREATE TEMP VIEW who AS
        SELECT row_key AS touchpoint_key, external_id AS who, leg_id AS id FROM state.calls
        UNION ALL SELECT ticket_key, external_id, ticket_id FROM state.tickets
        UNION ALL SELECT row_key, coalesce(external_id, anonymous_id), event_id
        FROM state.channel_events
        UNION ALL SELECT row_key, external_id, response_id FROM state.surveys""")


def run_project(
    folder: Path, as_of: datetime | None = None, full: bool = False,
    models: list[Model] | None = None,
) -> pipeline.Run:
    """Run all steps but the pack, with all models or with some.

    A pack costs more than all other steps of a small project: it is made where packs are tested.
    """
    run = pipeline.start(folder, as_of=as_of, full=full)
    try:
        for name, _, step in pipeline.STEPS:
            if models and name == "models":
                run.built = runner.build(run.engine, pipeline.work(run), run.progress, models)
            elif models and name == "audit":
                runner.audit(run.engine, pipeline.work(run), models)
            elif name != "pack" and not (models and name == "quotes"):
                step(run)
    finally:
        pipeline.finish(run)
    return run
