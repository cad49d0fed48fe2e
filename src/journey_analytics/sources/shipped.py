"""The adapters that come with the package."""

from __future__ import annotations

from dataclasses import dataclass

from ..models import sql_folder
from .adapters import load_adapter


@dataclass(frozen=True, slots=True)
class Shipped:
    """An adapter's name, the canonical tables it gives and the streams it reads."""

    name: str
    tables: tuple[str, ...]
    streams: tuple[str, ...]


def shipped_adapters() -> list[Shipped]:
    """Return the shipped adapters by name."""
    files = sorted((sql_folder() / "sources").glob("*.*.sql"))
    found: dict[str, tuple[list[str], set[str]]] = {}
    for path in files:
        adapter = load_adapter(path)
        tables, streams = found.setdefault(path.name.split(".")[0], ([], set()))
        tables.append(adapter.table.name)
        streams |= set(adapter.streams)
    return [Shipped(name, tuple(tables), tuple(sorted(streams)))
            for name, (tables, streams) in found.items()]
