"""What part of the sources' words and pages no stage and no step is mapped to."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from . import runner, settings_tables
from .contracts import TABLES
from .engines import DuckDBEngine
from .models import load_models
from .settings import Settings

#: The models that map, as a run uses them. They need neither persons nor journeys.
_MODELS = ("staged_events", "event_pages", "event_places", "reasons")
_STAGES = """
SELECT word, page, count(*) AS n, bool_and(is_mapped) AS is_mapped FROM (
    SELECT s.word, NULL AS page, r.stage IS NOT NULL AS is_mapped
    FROM ({stated}) AS s JOIN reasons AS r ON s.word = r.reason_raw
    UNION ALL
    SELECT {named}, coalesce(p.own_stage, p.assumed_stage) IS NOT NULL {events}
    WHERE e.reason_raw IS NULL
) GROUP BY ALL ORDER BY n DESC, word, page"""
_STEPS = """
SELECT {named}, count(*) AS n, bool_and(p.mapped_step IS NOT NULL) AS is_mapped {events}
GROUP BY ALL ORDER BY n DESC, word, page"""
_PARTS = {
    "named": "coalesce(e.activity, CASE WHEN e.page IS NULL THEN e.event_type END) AS word, "
             "CASE WHEN e.activity IS NULL THEN regexp_extract(e.page, '^/[^/]*/?') END AS page",
    "events": "FROM staged_events AS e JOIN event_places AS p ON e.activity IS NOT DISTINCT FROM "
              "p.activity AND e.event_type = p.event_type AND e.page IS NOT DISTINCT FROM p.page",
}
_SHOWN = 10


def unmapped(engine: DuckDBEngine, settings: Settings, stated: str) -> dict[str, dict[str, Any]]:
    """Return for stages and steps how much is unmapped, with the commonest words and pages.

    A visit without a reason of its own may still take its stage from the contact it leads to.

    Parameters
    ----------
    stated
        Query of the reasons that contacts and events state, as ``word``.

    Returns
    -------
    dict
        ``stages`` (of stated reasons, and events without one) and ``steps`` (of events), each with
        ``asked``, ``unmapped`` and ``unmapped_words``.
    """
    for name, table in settings_tables.mappings(settings).items():
        engine.register(name, table)
    models = [m for m in load_models() if m.table in _MODELS]
    given = frozenset((*TABLES, "reason_settings", "mapped_words", "mapped_pages"))
    runner.build(engine, runner.Work({"as_of": datetime.max}, {}, given), lambda line: None, models)
    return {name: _counted(engine.query(query.format(stated=stated, **_PARTS)).to_pylist())
            for name, query in (("stages", _STAGES), ("steps", _STEPS))}


def _counted(rows: list[dict[str, Any]]) -> dict[str, Any]:
    missing: dict[str, int] = {}
    for row in rows:
        if not row["is_mapped"]:
            word = shown(row["word"] or row["page"] or "")
            missing[word] = missing.get(word, 0) + row["n"]
    commonest = sorted(missing.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]
    return {"asked": sum(r["n"] for r in rows), "unmapped": sum(missing.values()),
            "unmapped_words": dict(commonest)}


def shown(word: str) -> str:
    """Return a word or page as it can be printed: short, plain, and no address or number in it.

    Pages can hold what their visitors typed; of them only the first part is read at all.
    """
    plain = "".join(c if c.isprintable() else " " for c in word)
    plain = re.sub(r"\S*@\S*|\d{4,}", "…", plain)
    return plain if len(plain) <= 60 else f"{plain[:59]}…"
