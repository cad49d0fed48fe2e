"""Reads every configured file into a throw-away warehouse and says what a run would find."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .engines import DuckDBEngine
from .settings import Settings, load
from .sources.adapters import find_adapters
from .sources.canonical import PRIMARY_TIME, build_canonical
from .sources.records import ingest, prepare_state

_FAULTS = """
SELECT q.source, q.stream, q.rule, any_value(q.remedy) AS remedy, count(*) AS records,
       min(f.path || ':' || q.line) AS first_place
FROM state.quarantine AS q JOIN state.files AS f USING (file_no)
GROUP BY q.source, q.stream, q.rule ORDER BY q.source, records DESC, q.rule"""
_REASON_COLUMNS = {"calls": "coalesce(contact_reason, disposition)",
                   "tickets": "coalesce(contact_reason, contact_reason_2)",
                   "messages": "contact_reason"}


def check_project(project: Path, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return what a run of the project would find, without changing anything in it.

    Returns
    -------
    dict
        ``sources``: rows, fate of records and time span of each; ``faults``: quarantine by rule
        with the first place and the remedy; ``reasons``: words no [reasons] entry knows;
        ``problems``: files and sources that would be refused.
    """
    settings = load(project)
    adapters = {n: find_adapters(s.adapter, project) for n, s in settings.sources.items()}
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDBEngine(Path(folder).resolve() / "warehouse",
                              settings.machine.memory_limit, settings.machine.threads)
        try:
            prepare_state(engine)
            report = ingest(engine, project, settings, adapters, progress)
            problems = report.problems + build_canonical(engine, settings, adapters, progress)
            return {
                "project": settings.project.name,
                "sources": [_source(engine, name, settings) for name in settings.sources],
                "faults": _dicts(engine, _FAULTS),
                "reasons": _reasons(engine, settings),
                "problems": [str(p) for p in problems],
            }
        finally:
            engine.close()


def _dicts(engine: DuckDBEngine, query: str) -> list[dict[str, Any]]:
    return list(engine.query(query).to_pylist())


def _source(engine: DuckDBEngine, name: str, settings: Settings) -> dict[str, Any]:
    files = _dicts(engine, f"SELECT count(*) FILTER (WHERE status = 'loaded') AS files, "
                           f"coalesce(sum(file_rows), 0)::bigint AS file_rows FROM state.files "
                           f"WHERE source = '{name}'")[0]
    fates = dict(engine.rows(
        f"SELECT coalesce(fate || ': ' || rule, fate), sum(records)::bigint FROM state.account "
        f"WHERE source = '{name}' GROUP BY ALL ORDER BY ALL"))
    spans = {}
    for table, moment in PRIMARY_TIME.items():
        rows, first, last = engine.rows(
            f"SELECT count(*), min({moment}), max({moment}) FROM state.{table} "
            f"WHERE source = '{name}'")[0]
        if rows:
            spans[table] = {"rows": rows, "first": first, "last": last}
    zone = settings.sources[name].timezone
    return {"source": name, **files, "fates": fates, "tables": spans,
            "timezone": zone or "none is taken"}


def _reasons(engine: DuckDBEngine, settings: Settings) -> dict[str, Any]:
    known = {w.lower() for n, r in settings.reasons.items() for w in (n, *r.match)}
    parts = " UNION ALL ".join(f"SELECT {c} AS word FROM state.{t}"
                               for t, c in _REASON_COLUMNS.items())
    words = engine.rows(f"SELECT word, count(*) AS n FROM ({parts}) WHERE word IS NOT NULL "
                        "GROUP BY word ORDER BY n DESC, word")
    unmapped = {word: n for word, n in words if word.lower() not in known}
    total = sum(n for _, n in words)
    return {"stated": total, "unmapped": sum(unmapped.values()),
            "unmapped_words": dict(list(unmapped.items())[:20])}
