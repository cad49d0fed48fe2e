"""Words that can occur in columns of words, so that they are stored as narrow as integers."""

from __future__ import annotations

from functools import cache

from sqlglot import exp

from . import settings_tables
from .contracts import VOCABULARIES
from .engines import DuckDBEngine
from .models import load_models
from .settings import Settings


def share_words(engine: DuckDBEngine, settings: Settings) -> None:
    """Tell the engine which words can occur, so that it stores them as narrow as integers."""
    def found(*columns: tuple[str, str]) -> tuple[str, ...]:
        parts = " UNION ".join(f"SELECT {c} AS word FROM state.{t}" for c, t in columns)
        return tuple(w for (w,) in engine.rows(f"SELECT word FROM ({parts}) WHERE word <> ''"))

    queues = found(("queue", "calls"), ("queue", "tickets"), ("queue", "surveys"),
                   ("CASE WHEN field = 'queue' THEN old_value END", "ticket_history"),
                   ("CASE WHEN field = 'queue' THEN new_value END", "ticket_history"),
                   ("CASE WHEN event_type = 'error' THEN event_name_raw END", "channel_events"))
    raw = found(("contact_reason", "calls"), ("disposition", "calls"),
                ("contact_reason", "tickets"), ("contact_reason_2", "tickets"),
                ("contact_reason", "messages"), ("intent", "channel_events"))
    families = (*settings.families, *(r.family for r in settings.reasons.values()))
    engine.set_words("source", tuple(settings.sources))
    engine.set_words("queue", (*queues, "no queue"))
    engine.set_words("reason", (*raw, *settings.reasons, "unstated"))
    engine.set_words("reason_family", (*raw, *families, "unstated"))
    engine.set_words("stage", settings_tables.stage_words(settings))
    engine.set_words("channel", VOCABULARIES["channel"])
    engine.set_words("actor", VOCABULARIES["actor"])
    engine.set_words("direction", VOCABULARIES["call_direction"])
    engine.set_words("step", ("aftercare", "hand_over", "handle", "reach", "resolve", "search",
                              "wait"))
    engine.set_words("kind", (*VOCABULARIES["event_type"], *words_written("kind")))
    engine.set_words("link_basis", words_written("link_basis"))


@cache
def words_written(column: str) -> tuple[str, ...]:
    """Return every word that a model writes into a column of that name as a literal."""
    return tuple({
        literal.this
        for model in load_models() for select in model.query.find_all(exp.Select)
        for projection in select.selects if projection.alias == column
        for literal in projection.find_all(exp.Literal) if literal.is_string
    })
