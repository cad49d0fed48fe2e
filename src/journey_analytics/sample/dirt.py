"""What real deliveries have: repeats, late corrections, broken rows, rows from tomorrow.

Broken rows are copies under ids of their own, so that the truth stays whole whatever a
reader does with them. Everything put in is written down for ``truth/dirt.csv``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from .shapes import Cells, join, number, text, zulu
from .shapes import local as wall_clock
from .tables import Layout, Table, concat, lines
from .texts import FIRST_HOSTILE
from .world import Bools, Ints, World

#: Share of a night's rows that are late or corrections, where nights are asked for.
LATE = 0.05
QUARANTINED, SUPERSEDED, COLLAPSED, WAITS = "quarantined", "superseded", "counted once", "waits"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of ``dirt.csv``: what was put into which file, and what should become of it."""

    source: str
    file: str
    dirt: str
    rows: int
    expected: str
    example: str


@dataclass(frozen=True, slots=True)
class Soil:
    """How one stream gets dirty.

    ``broken`` maps the name of a defect to the changed columns; ``late`` are columns as they
    were before a correction, ``stamped`` the column that says when a row was changed;
    ``tomorrow`` are the time columns of a row that lies after the data's end.
    """

    id_column: str
    broken: dict[str, dict[str, str | None]] = field(default_factory=dict)
    late: dict[str, str | None] = field(default_factory=dict)
    stamped: str = ""
    tomorrow: tuple[str, ...] = ()
    truncate: bool = False
    repeat: bool = True


SOILS = {
    "acd/records": Soil(
        "CALL ID",
        {"unparseable time": {"TIMESTAMP": "31/31/2026 25:61:00"},
         "negative duration": {"TALK_TIME": "-00:01:30"}, "missing id": {"CALL_ID": None}},
        late={"DISPOSITION": "No Disposition"}, tomorrow=("TIMESTAMP",)),
    "connect/records": Soil(
        "ContactId",
        {"end before start": {"DisconnectTimestamp": '"2019-01-01T00:00:00Z"'},
         "unparseable time": {"InitiationTimestamp": '"yesterday"'},
         "missing id": {"ContactId": None}},
        late={"Attributes": '{"greetingPlayed":"true","GreetingPlayed":"Y"}'},
        stamped="LastUpdateTimestamp", truncate=True),
    "zendesk/tickets": Soil(
        "id", {"unparseable time": {"created_at": '"not a date"'}, "missing id": {"id": None}}),
    "zendesk/audits": Soil(
        "id", {"unparseable time": {"created_at": '"2026-02-30T10:00:00Z"'}}, truncate=True),
    "servicenow/incidents": Soil(
        "sys_id",
        {"end before start": {"resolved_at": "2019-01-01 00:00:00"},
         "unparseable time": {"opened_at": "tomorrow"}}),
    "servicenow/audit": Soil("sys_id"),
    "web/records": Soil(
        "messageId",
        {"unparseable time": {"timestamp": '"2026-13-45T99:00:00Z"'},
         "missing id": {"messageId": None}},
        tomorrow=("timestamp", "originalTimestamp"), truncate=True),
} | {
    f"survey_{name}/records": Soil(
        "response_id",
        {"score outside its scale": {"score": "11", "answered_at": "2026-01-20 10:00:00"},
         "no time at all": {"sent_at": None, "answered_at": None},
         "missing id": {"response_id": None}})
    for name in ("calls", "connect", "tickets")
}


def soil(
    world: World, layout: Layout, table: Table, rng: np.random.Generator, part: str = "",
    eligible: Bools | None = None,
) -> tuple[Table, dict[int, list[str]], list[Entry]]:
    """Return the table with its dirt, the raw broken lines by delivery, and the record of it all.

    ``eligible`` are the rows a correction may come for (None: all).
    """
    rules = SOILS.get(f"{layout.source}/{layout.stream}")
    if rules is None or not world.dirt.rows or not len(table):
        return table, {}, []
    return _Spade(world, layout, table, rules, rng, part).dig(eligible)


class _Spade:
    """The working state of :func:`soil`."""

    def __init__(
        self, world: World, layout: Layout, table: Table, rules: Soil, rng: np.random.Generator,
        part: str,
    ) -> None:
        self.world, self.layout, self.table, self.rules = world, layout, table, rules
        self.rng, self.part = rng, part
        self.extra: dict[int, list[str]] = {}
        self.log: list[Entry] = []
        # Where the next new id comes from; chunks ("_003") have ranges of their own.
        self.fresh = 7_000_000_000_000 + 1_000_000_000 * int(part.strip("_") or 0)

    def dig(self, eligible: Bools | None) -> tuple[Table, dict[int, list[str]], list[Entry]]:
        table, rules = self.table, self.rules
        last = len(self.world.extracts) - 1
        added = []
        alone = np.ones(len(table), bool)
        # What follows a delivery of everything before would all come in the first night.
        followed = (table.week < last) & ((table.week > 0) | (self.world.nights == 0))
        if rules.repeat:
            twice = self._some(0.002, 2)
            added.append(self._log(table.take(twice), "exact duplicate", COLLAPSED))
            again = self._some(0.003, 2, followed)
            copies = table.take(again)
            added.append(self._log(copies.deliver(copies.week + 1), "delivered again", COLLAPSED))
            alone[twice], alone[again] = False, False
        if rules.late:
            # Not for repeated rows: two versions in one file could not be told apart.
            where = alone & followed
            rows = self._some(0.005, 3, where if eligible is None else where & eligible)
            table, newer = self._correct(table, rows, table.week[rows] + 1)
            added.append(self._log(newer, "late correction", SUPERSEDED))
        if self.world.nights:
            table, newer = self._come_late(table, alone, eligible)
            added.append(newer)
        for name, cells in rules.broken.items():
            copies = self._copies(self._some(0.0003, 2))
            added.append(self._log(copies.change(**cells), name, QUARANTINED))
        if rules.tomorrow:
            added.append(self._log(self._tomorrow(), "after as_of", WAITS))
        if rules.truncate:
            self._truncate()
        return concat([table, *added]), self.extra, self.log

    def _some(self, share: float, least: int, where: Bools | None = None) -> Ints:
        rows = np.arange(len(self.table)) if where is None else np.flatnonzero(where)
        count = int(np.ceil(max(least, share * len(self.table)) * self.world.dirt.rows))
        return np.sort(self.rng.permutation(rows)[:count])

    def _copies(self, rows: Ints) -> Table:
        """Copy rows under new ids, all of them digits so that they fit every vendor's shape."""
        ids = number(self.fresh + np.arange(len(rows)))
        self.fresh += len(rows)
        numeric = self.layout.delimiter or self.rules.id_column == "id"
        return self.table.take(rows).change(
            **{self.rules.id_column.replace(" ", "_"): ids if numeric else text(ids)})

    def _tomorrow(self) -> Table:
        """Copy rows into the morning after the data's end, in the last delivery."""
        copies = self._copies(self._some(0.0001, 1))
        t = np.full(len(copies), self.world.as_of + 6 * 3_600)
        cell = wall_clock(t, "us") if self.layout.delimiter else text(zulu(t))
        later = copies.change(**dict.fromkeys(self.rules.tomorrow, cell))
        return Table(later.columns, np.full(len(t), len(self.world.extracts) - 1), t)

    def _come_late(
        self, table: Table, alone: Bools, eligible: Bools | None
    ) -> tuple[Table, Table]:
        """Move or correct so many old rows that they are a share of each night's."""
        old = np.flatnonzero(alone & (table.week == 0))
        count = min(len(old), int(LATE * (table.week > 0).sum()))
        rows = np.sort(self.rng.permutation(old)[:count])
        night = self.rng.integers(1, self.world.nights + 1, count)
        corrected = (self.rng.random(count) < 0.5) & bool(self.rules.late)
        if eligible is not None:
            corrected &= eligible[rows]
        week = table.week.copy()
        week[rows[~corrected]] = night[~corrected]
        return self._correct(table.deliver(week), rows[corrected], night[corrected])

    def _correct(self, table: Table, rows: Ints, week: Ints) -> tuple[Table, Table]:
        """Make the first delivery of some rows unfinished, and send the true ones later."""
        newer = table.take(rows).deliver(week)
        if self.rules.stamped:
            changed = text(zulu(self.world.cuts[newer.week] - 3_600))
            newer = newer.change(**{self.rules.stamped: changed})
        mask = np.zeros(len(table), bool)
        mask[rows] = True
        early = table.take(rows).change(**self.rules.late)
        at = np.arange(len(table))
        at[rows] = len(table) + np.arange(len(rows))
        return concat([table, early]).take(at), newer

    def _truncate(self) -> None:
        rows = self._some(0.0001, 1)
        for line, week in zip(lines(self.table.take(rows), self.layout).to_pylist(),
                              self.table.week[rows].tolist(), strict=True):
            self.extra.setdefault(week, []).append(line[: len(line) * 2 // 3])
        weeks, counts = np.unique(self.table.week[rows], return_counts=True)
        for week, count in zip(weeks.tolist(), counts.tolist(), strict=True):
            self._note(week, "record cut off", int(count), QUARANTINED, "")

    def _log(self, table: Table, dirt: str, expected: str) -> Table:
        ids = table.columns[self.rules.id_column]
        for week in np.unique(table.week).tolist():
            rows = np.flatnonzero(table.week == week)
            example = str(ids[int(rows[0])].as_py() or "").strip('"')
            self._note(week, dirt, len(rows), expected, example)
        return table

    def _note(self, week: int, dirt: str, rows: int, expected: str, example: str) -> None:
        day = self.world.extracts[week].isoformat()
        file = f"landing/{self.layout.source}/" + self.layout.path.format(date=day + self.part)
        self.log.append(Entry(self.layout.source, file, dirt, rows, expected, example))


def hostile_rows(world: World, rng: np.random.Generator, rows: int) -> Ints:
    """Return, for each row, which hostile text it carries (-1: none)."""
    die = rng.random(rows)
    return np.where(die < 0.004 * world.dirt.rows, rng.integers(0, 60, rows), -1)


def hostile_entries(tickets: Ints, incidents: Ints, comments: Ints) -> list[Entry]:
    """Count texts that try to be HTML, SQL or a formula; they are data and stay as they are."""
    found = (
        ("zendesk", "landing/zendesk/", int((tickets >= 0).sum())),
        ("servicenow", "landing/servicenow/", int((incidents >= 0).sum())),
        ("survey", "landing/survey_*/", int((comments >= FIRST_HOSTILE).sum())),
    )
    return [
        Entry(source, file, "hostile text", n, "kept as text", "") for source, file, n in found if n
    ]


def dirt_csv(entries: list[Entry]) -> bytes:
    """Write the record as a CSV file."""
    columns = ("source", "file", "dirt", "rows", "expected", "example")
    cells: list[Cells | str] = []
    for i, name in enumerate(columns):
        column = pa.array([str(getattr(e, name)) for e in entries], pa.string())
        cells += [",", column] if i else [column]
    body = "".join(join(*cells, "\n").to_pylist()) if entries else ""
    return (",".join(columns) + "\n" + body).encode()
