"""From a key as people write it to the keys under which records carry it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from ..contracts import Column
from ..engines import DuckDBEngine, Published
from ..settings import Settings
from ..sources.casting import SourceFacts, key_cast, key_columns, key_hash, key_scope
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


def share_secret(engine: DuckDBEngine | Published, secret: bytes) -> None:
    """Hand the database what it needs to make keyed hashes; the secret itself stays here.

    Customer keys get HMAC-SHA256 by its two pads (RFC 2104), ids of rows and units a salt.
    """
    key = hashlib.sha256(secret).digest() if len(secret) > 64 else secret
    key = key.ljust(64, b"\0")
    for name, pad in (("hmac_inner", 0x36), ("hmac_outer", 0x5C)):
        engine.set_variable(name, bytes(b ^ pad for b in key))
    engine.set_variable("row_salt", hmac.new(secret, b"rows and units", "sha256").hexdigest())


def spellings(
    engine: DuckDBEngine | Published, settings: Settings, texts: Sequence[str]
) -> list[CustomerKey]:
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
        for column in key_columns() for scope, region in readings(settings, column)
    )
    return [CustomerKey(*row) for row in engine.rows(f"{query} ORDER BY ALL")] if query else []


def readings(settings: Settings, column: Column) -> set[tuple[str, str | None]]:
    """Return scope and region under which the sources read a kind of key."""
    return {
        (key_scope(column.name, SourceFacts(name, id_space=source.id_space)),
         (source.region or settings.project.region) if column.type == "phone" else None)
        for name, source in settings.sources.items()
    }
