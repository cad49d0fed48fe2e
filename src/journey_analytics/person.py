"""Why records are one person: ``journeys explain --person``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .engines import Published
from .errors import DataError
from .identity import CustomerKey, share_secret, spellings
from .identity.explain import PersonGraph, persons_of, read_graph
from .settings import Settings, load, secret_of


def explain_person(project: Path, key: str, to: str | None = None) -> dict[str, Any]:
    """Return how well a person hangs together, and the chain of records that joins two keys.

    Reads the private state file on the spot; what it returns says where records lie and no value of
    a key beside those that were asked for.

    Parameters
    ----------
    key, to
        Customer numbers, e-mails, phones or cookies as anyone writes them, or a ``person_key``.

    Raises
    ------
    DataError
        No record carries a key, it links nobody, or both are different persons.
    """
    settings = load(project)
    path = project / "warehouse" / "state.duckdb"
    with Published(path) as state:
        share_secret(state, secret_of(project))
        person, nodes = _find(state, settings, key)
        graph = read_graph(state, person)
        found = _describe(graph, dict.fromkeys(nodes, key))
        if to is not None:
            other, ends = _find(state, settings, to)
            if other != person:
                raise DataError("these keys", "they are two persons, no record joins them",
                                remedy="See `shared_keys` for keys that do not link.")
            start = min(nodes) if nodes else min(n for _, n, _ in graph.links)
            end = min(ends) if ends else start
            names = {**dict.fromkeys(nodes, key), **dict.fromkeys(ends, to)}
            found["chain"] = [{"from": _name(graph, a, names), "to": _name(graph, b, names),
                               "because": _because(graph, a, b, basis)}
                              for a, b, basis in graph.chain(start, end)]
    return found


def _find(state: Published, settings: Settings, key: str) -> tuple[int, list[int]]:
    """Return the person a text means, and the numbers of the keys it means."""
    keys: list[CustomerKey] = spellings(state, settings, [key])
    found = persons_of(state, [k.hash for k in keys])
    persons = {p for ps in found.values() for p in ps}
    if not persons and key.isdigit() and state.rows(
            "SELECT 1 FROM kept_unit_persons WHERE person_key = ? LIMIT 1", [int(key)]):
        return int(key), []
    if len(persons) != 1:
        raise DataError(f"'{key}'", "it is no key of one person", found=f"{len(persons)} persons",
                        allowed="one", remedy="Keys that too many share, or that the settings "
                        "exclude, link nobody; see `shared_keys`.")
    return persons.pop(), sorted(found)


def _describe(graph: PersonGraph, names: dict[int, str]) -> dict[str, Any]:
    units = graph.units()
    keys = {b for _, b, basis in graph.links if basis == "carries"}
    carried = sum(basis == "carries" for _, _, basis in graph.links)
    return {
        "person_key": str(graph.person_key),
        "units": len(units),
        "keys": [_name(graph, k, names) for k in sorted(keys)],
        "links": len(graph.links),
        "density": carried / (len(units) * len(keys)) if keys and units else 0.0,
        "bridges": [{"joins": [_name(graph, a, names), _name(graph, b, names)],
                     "by": _name(graph, unit, names)} for a, b, unit in graph.bridges()],
    }


def _name(graph: PersonGraph, node: int, names: dict[int, str]) -> str:
    """Return what a node is called: a key by kind and number, a unit by where it was delivered."""
    if node in names:
        return f"{graph.kinds.get(node, 'key')} '{names[node]}'"
    if node in graph.kinds:
        return f"{graph.kinds[node]} #{node % 16**6:06x}"
    place = graph.places.get(node)
    return f"{place.table} row, {place.file}:{place.line}" if place else f"unit #{node % 16**6:06x}"


def _because(graph: PersonGraph, a: int, b: int, basis: str) -> str:
    return "one record names the other" if basis == "names" else "stands on it"
