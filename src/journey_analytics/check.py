"""Reads every configured file into a throw-away warehouse and says what a run would find."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import workshop
from .check_stages import shown, unmapped
from .engines import DuckDBEngine
from .monitoring import inputs as monitoring_inputs
from .settings import Settings, load
from .sources.adapters import adapters_of, own_folder
from .sources.canonical import PRIMARY_TIME, build_canonical
from .sources.records import ingest, prepare_state
from .sources.scaffold import marks_left
from .stored_words import share_words

_FAULTS = """
SELECT q.source, q.stream, q.rule, any_value(q.remedy) AS remedy, count(*) AS records,
       min(f.path || ':' || q.line) AS first_place
FROM state.quarantine AS q JOIN state.files AS f USING (file_no)
GROUP BY q.source, q.stream, q.rule ORDER BY q.source, records DESC, q.rule"""
#: Where a reason can be stated: a contact (a call with all its legs is one) and its word. What
#: people look for is a reason too, but an event that states none is no contact without one.
_STATED = """
SELECT source::varchar AS source, max(coalesce(contact_reason, disposition)) AS word
FROM state.calls GROUP BY source, call_key
UNION ALL
SELECT source::varchar, coalesce(contact_reason, contact_reason_2) FROM state.tickets
UNION ALL
SELECT source::varchar, contact_reason FROM state.messages WHERE direction = 'in'
UNION ALL
SELECT source::varchar, intent FROM state.channel_events WHERE intent IS NOT NULL"""


def check_project(project: Path, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return what a run of the project would find, without changing anything in it.

    Returns
    -------
    dict
        ``sources``: rows, fate of records, time span and reasons of each, and which of its
        adapter files are the project's own; ``faults``: quarantine by rule with the first place
        and the remedy; ``reasons``: words no [reasons] entry knows; ``stages``, ``steps``: words
        and pages that are mapped to none; ``remarks``: what else is worth knowing of a
        file; ``problems``: files and sources that would be refused.
    """
    settings = load(project)
    adapters = adapters_of(project, settings)
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDBEngine(Path(folder).resolve() / "warehouse",
                              settings.machine.memory_limit, settings.machine.threads)
        try:
            prepare_state(engine)
            report = ingest(engine, project, settings, adapters, progress)
            problems = report.problems + build_canonical(engine, settings, adapters, progress)
            words = _words(engine, settings)
            share_words(engine, settings)
            problems += workshop.tables(project, settings, engine.words)[1]
            problems += monitoring_inputs.bad_lines(
                project, workshop.moment_kinds(), engine.words)
            return {
                "project": settings.project.name,
                "sources": [
                    {**_source(engine, name, settings), "reasons": _shares(words, name),
                     "own_adapters": [str(a.path.relative_to(project)) for a in adapters[name]
                                      if a.path.is_relative_to(own_folder(project))]}
                    for name in settings.sources],
                "faults": _dicts(engine, _FAULTS),
                "reasons": _unmapped(words),
                **unmapped(engine, settings, _STATED),
                "remarks": report.remarks + marks_left(
                    (a for listed in adapters.values() for a in listed), project),
                "problems": [str(p) for p in problems],
            }
        finally:
            engine.close()


def _dicts(engine: DuckDBEngine, query: str) -> list[dict[str, Any]]:
    return list(engine.query(query).to_pylist())


def _source(engine: DuckDBEngine, name: str, settings: Settings) -> dict[str, Any]:
    files = _dicts(engine, f"SELECT count(*) FILTER (WHERE status = 'loaded') AS files, "
                           f"coalesce(sum(file_rows), 0)::bigint AS file_rows, "
                           f"coalesce(sum(quarantined), 0)::bigint AS rows_unreadable "
                           f"FROM state.files WHERE source = '{name}'")[0]
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


def _words(engine: DuckDBEngine, settings: Settings) -> list[dict[str, Any]]:
    """Return by source and word how many contacts state it, and whether [reasons] knows it."""
    known = {w.lower() for n, r in settings.reasons.items() for w in (n, *r.match)}
    found = _dicts(engine, f"SELECT source, word, count(*) AS n FROM ({_STATED}) "
                           "GROUP BY ALL ORDER BY n DESC, word, source")
    return [{**f, "is_mapped": f["word"] is not None and f["word"].lower() in known}
            for f in found]


def _shares(words: list[dict[str, Any]], source: str) -> dict[str, int]:
    mine = [w for w in words if w["source"] == source]
    stated = [w for w in mine if w["word"] is not None]
    return {"asked": sum(w["n"] for w in mine), "stated": sum(w["n"] for w in stated),
            "unmapped": sum(w["n"] for w in stated if not w["is_mapped"])}


def _unmapped(words: list[dict[str, Any]]) -> dict[str, Any]:
    stated = [w for w in words if w["word"] is not None]
    missing: Counter[str] = Counter()
    for word in stated:
        if not word["is_mapped"]:
            missing[shown(word["word"])] += word["n"]
    return {"stated": sum(w["n"] for w in stated), "unmapped": sum(missing.values()),
            "unmapped_words": dict(missing.most_common(20))}
