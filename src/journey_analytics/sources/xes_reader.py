"""XES event logs (IEEE 1849), read as a stream: one record per event.

The document is hostile until proven otherwise: a document type, the only place where entities can
be declared, is refused before anything of it is read.
"""

from __future__ import annotations

import json
from pathlib import Path
from xml.parsers import expat

import pyarrow as pa

from ..engines import DuckDBEngine
from ..errors import DataError
from .arriving import Arriving, Delivered, Rejects, check_columns, count_rows
from .lines import CHUNK, MAX_LINE

COLUMNS = (
    "case_id", "event_index", "activity", "time", "lifecycle", "resource", "group", "role",
    "case_attributes", "event_attributes",
)
_SCHEMA = pa.schema([("_line", pa.int64()), *((c, pa.string()) for c in COLUMNS)])
_KNOWN = {
    "concept:name": "activity", "time:timestamp": "time", "lifecycle:transition": "lifecycle",
    "org:resource": "resource", "org:group": "group", "org:role": "role",
}
_VALUES = frozenset({"string", "date", "int", "float", "boolean", "id"})
_BLOCK = 5_000
_MAX_DEPTH = 100


def read_xes(
    engine: DuckDBEngine, path: Path, where: str, required: tuple[str, ...]
) -> Delivered:
    """Read the events of a log, each with its trace's name and attributes."""
    check_columns(where, COLUMNS, required)
    rejects = Rejects(engine)
    log = _Log(Arriving(engine, "delivered", _SCHEMA), where)
    parser = expat.ParserCreate("utf-8")  # whatever the file says: its copy is UTF-8
    parser.StartElementHandler = log.start
    parser.EndElementHandler = log.end
    parser.StartDoctypeDeclHandler = log.refuse
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DataError(f"{where}:{error.lineno}", "not readable as XML",
                        found=expat.errors.messages[error.code],
                        remedy="Deliver it again.") from None
    if not log.is_log:
        raise DataError(where, "no XES log", found=f"<{log.root}>", allowed="<log>",
                        remedy="Export the event log as XES.")
    log.store()
    return Delivered(COLUMNS, count_rows(engine, "delivered"), rejects.rows())


class _Log:
    """Takes elements one by one and keeps no more than one trace's attributes."""

    def __init__(self, target: Arriving, where: str) -> None:
        self._target, self._where = target, where
        self._open: list[str] = []
        self._trace: dict[str, str] = {}
        self._event: dict[str, str] = {}
        self._rows: list[tuple[object, ...]] = []
        self._index = self._events = self._traces = 0
        self.root = ""

    @property
    def is_log(self) -> bool:
        """Return whether the document's outermost element is a log."""
        return self.root == "log"

    def refuse(self, *_: object) -> None:
        """Stop at a document type: XES has none, and only there entities are declared."""
        raise DataError(self._where, "declares a document type, which an event log never does",
                        remedy="Export it again without DOCTYPE; entities are not taken.")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Begin an element; values directly under a trace or event are its attributes."""
        name = tag.rpartition(":")[2]
        within = self._open[-1] if self._open else ""
        self.root = self.root or name
        self._open.append(name)
        if len(self._open) > _MAX_DEPTH:
            raise DataError(self._where, "elements are nested too deeply", allowed=_MAX_DEPTH,
                            remedy="Deliver a plain event log.")
        if name == "trace":
            self._trace, self._index = {}, 0
            self._traces += 1
        elif name == "event":
            self._event = {}
        elif name in _VALUES and within in ("trace", "event"):
            target = self._trace if within == "trace" else self._event
            target[attributes.get("key", "")] = attributes.get("value", "")[:MAX_LINE]

    def end(self, _: str) -> None:
        """End an element; an event's end makes a record."""
        if self._open.pop() == "event":
            self._index += 1
            self._events += 1
            self._rows.append(self._row())
            if len(self._rows) >= _BLOCK:
                self.store()

    def store(self) -> None:
        """Hand over the records read so far."""
        self._target.add(self._rows)
        self._rows = []

    def _row(self) -> tuple[object, ...]:
        known = {column: self._event.pop(key, "") or None for key, column in _KNOWN.items()}
        case = self._trace.get("concept:name") or f"trace {self._traces}"
        rest = (json.dumps(self._trace, ensure_ascii=False),
                json.dumps(self._event, ensure_ascii=False))
        return (self._events, case, str(self._index), *known.values(), *rest)
