"""From a key as people write it to the keys under which records carry it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..contracts import TABLES, Column
from ..engines import DuckDBEngine
from ..settings import Settings
from ..sources.casting import SourceFacts, key_cast, key_hash, key_scope
from ..sources.readers import literal


@dataclass(frozen=True, slots=True)
class CustomerKey:
    """One customer key in the spelling of the canonical tables.

    Attributes
    ----------
    hash
        What stands for it in the canonical tables: keyed by the installation's secret.
    """

    kind: str
    scope: str
    value: str
    hash: int


def key_columns() -> list[Column]:
    """Return the columns that say who a customer is, one of each kind."""
    return list({c.name: c for t in TABLES.values() for c in t.columns
                 if c.type in ("id", "email", "phone")}.values())


def spellings(engine: DuckDBEngine, settings: Settings, texts: Sequence[str]) -> list[CustomerKey]:
    """Return every key that one of the texts can mean: of any kind, read as any source would.

    A text is trimmed; an e-mail is lower-cased, a phone written as E.164 by each source's region, a
    customer number looked for in each id space.
    """
    query = " UNION ".join(
        f"SELECT {literal(column.name)} AS kind, {literal(scope)} AS scope, value, "
        f"{key_hash(column.name, scope, 'value')} AS hash "
        f"FROM (SELECT {key_cast(column.type, literal(text.strip()), region)} AS value) "
        f"WHERE value IS NOT NULL"
        for text in texts if text.strip()
        for column in key_columns() for scope, region in _readings(settings, column)
    )
    return [CustomerKey(*row) for row in engine.rows(f"{query} ORDER BY ALL")] if query else []


def _readings(settings: Settings, column: Column) -> set[tuple[str, str | None]]:
    """Return scope and region under which the sources read a kind of key."""
    return {
        (key_scope(column.name, SourceFacts(name, id_space=source.id_space)),
         (source.region or settings.project.region) if column.type == "phone" else None)
        for name, source in settings.sources.items()
    }
