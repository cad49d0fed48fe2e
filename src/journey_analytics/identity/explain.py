"""How keys came to be one person: the records between them, and which of them it hangs on."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import pyarrow as pa

from ..engines import Published
from ..sources.building import UNITS
from ..sources.casting import UNIT_FROM
from ..sources.readers import literal
from .bridges import bridges


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit was delivered: the first of its records."""

    table: str
    source: str
    file: str
    line: int


@dataclass(slots=True)
class PersonGraph:
    """A person's keys and units, and the links between them.

    Attributes
    ----------
    links
        Pairs of nodes with what links them: ``carries`` (unit and key) or ``names`` (two units).
    kinds
        Kind of each key: phone, email, …
    places
        Where each unit was delivered.
    """

    person_key: int
    links: list[tuple[int, int, str]]
    kinds: dict[int, str] = field(default_factory=dict)
    places: dict[int, Place] = field(default_factory=dict)

    def units(self) -> set[int]:
        """Return the calls, tickets, conversations, responses and visits."""
        return {n for a, b, _ in self.links for n in (a, b) if n >= UNIT_FROM}

    def bridges(self) -> list[tuple[int, int, int]]:
        """Return pairs of nodes that only one record joins, with the unit of that record."""
        keys_of: dict[int, list[int]] = defaultdict(list)
        for a, b, basis in self.links:
            if basis == "carries":
                keys_of[a].append(b)
        anchor = {unit: min(keys) for unit, keys in keys_of.items()}
        joined: dict[tuple[int, int], list[int]] = defaultdict(list)
        for a, b, basis in self.links:
            x, y = anchor.get(a, a), b if basis == "carries" else anchor.get(b, b)
            if x != y:
                joined[min(x, y), max(x, y)].append(a)
        edges = pa.table({
            "a": pa.array([a for a, _ in joined], pa.int64()),
            "b": pa.array([b for _, b in joined], pa.int64()),
            "links": pa.array([len(units) for units in joined.values()], pa.int64())})
        return [(r["a"], r["b"], joined[r["a"], r["b"]][0]) for r in bridges(edges).to_pylist()]

    def chain(self, start: int, end: int) -> list[tuple[int, int, str]]:
        """Return the shortest chain of links from one node to another."""
        beside: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
        for a, b, basis in self.links:
            beside[a].append((a, b, basis))
            beside[b].append((b, a, basis))
        came: dict[int, tuple[int, int, str]] = {}
        queue = deque([start])
        while queue and end not in came:
            for link in sorted(beside[queue.popleft()]):
                if link[1] != start and link[1] not in came:
                    came[link[1]] = link
                    queue.append(link[1])
        chain = []
        at = end
        while at in came:
            chain.append(came[at])
            at = came[at][0]
        return chain[::-1]


def persons_of(state: Published, keys: Iterable[int]) -> dict[int, set[int]]:
    """Return for each of the key hashes that link, the number of the key and its persons."""
    listed = ", ".join(str(k) for k in keys) or "NULL"
    found: dict[int, set[int]] = defaultdict(set)
    for key, person in state.rows(
        "SELECT DISTINCT k.key, p.person_key FROM kept_hashed_keys AS h "
        "JOIN kept_identity_keys AS k USING (key) JOIN kept_unit_persons AS p USING (unit_key) "
        f"WHERE h.key_hash IN ({listed}) AND k.key NOT IN (SELECT key FROM kept_shared_keys)"
    ):
        found[key].add(person)
    return found


def read_graph(state: Published, person: int) -> PersonGraph:
    """Return a person's links as the last run kept them; shared keys and units link nobody."""
    units = f"(SELECT unit_key FROM kept_unit_persons WHERE person_key = {person})"
    shared = "(SELECT key FROM kept_shared_keys)"
    links = state.rows(
        f"SELECT unit_key, key, 'carries' FROM kept_identity_keys WHERE unit_key IN {units} "
        f"AND key NOT IN {shared} UNION ALL SELECT a, b, 'names' FROM kept_unit_links "
        f"WHERE a IN {units} AND a NOT IN {shared} AND b NOT IN {shared} ORDER BY ALL")
    graph = PersonGraph(person, links)
    nodes = ", ".join(str(n) for a, b, _ in links for n in (a, b)) or "NULL"
    graph.kinds = dict(state.rows(
        f"SELECT DISTINCT key, key_kind FROM kept_hashed_keys WHERE key IN ({nodes})"))
    graph.places = _places(state, nodes)
    return graph


def _places(state: Published, nodes: str) -> dict[int, Place]:
    found: dict[int, Place] = {}
    for table, unit in UNITS.items():
        own = ", ".join(c for c in ("row_key", *_keys_of(state, table)) if c)
        for node, source, path, line in state.rows(
            f"SELECT t.unit, any_value(t.source)::varchar, arg_min(f.path, l.record_key), "
            f"min(l.record_key) & 4294967295 FROM (SELECT {unit} AS unit, source, "
            f"unnest([{own}]) AS row_unit FROM {table} WHERE {unit} IN ({nodes})) AS t "
            f"JOIN lineage AS l ON l.target = {literal(table)} AND l.unit_key = t.row_unit "
            f"JOIN files AS f ON f.file_no = l.record_key >> 32 GROUP BY t.unit"
        ):
            found.setdefault(node, Place(table, source, path, line))
    return found


def _keys_of(state: Published, table: str) -> list[str]:
    columns = {row[0] for row in state.rows(f"DESCRIBE {table}")}
    return [c for c in ("ticket_key", "call_key", "conversation_key", "response_key",
                        "session_key") if c in columns]
