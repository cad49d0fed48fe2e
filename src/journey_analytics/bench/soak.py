"""A simulated year of nights with everything that goes wrong in one, held against a fresh build.

Run by ``make soak``; a process of its own, because one that has used a database must not fork.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
import sys
import time
from collections.abc import Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from ..models import load_audits, load_models
from ..sample import generate
from ..snapshots import rollback
from .kill_runs import let_as_of_follow
from .kills import checksums, draw_kill, in_child, orphans, run_and_kill, run_to_the_end

#: Sources of the year; the telephone system moves from the first to the second.
KEPT = ("acd", "connect", "zendesk", "survey_calls", "survey_tickets", "web")
OLD, NEW = "acd", "connect"
BAD = "tickets_bad.ndjson.gz"


class Year:
    """One project that lives through a year, night by night.

    Parameters
    ----------
    nights
        Length of the year; events keep their place in it.
    """

    def __init__(self, folder: Path, persons: int, nights: int, kills: int, seed: int) -> None:
        folder.mkdir(parents=True)
        self.project, self.later = folder / "project", folder / "later"
        self.dice = random.Random(seed)
        self.nights, self.folder = nights, folder
        made = generate(self.project, persons=persons, days=nights + 30, seed=seed, dirt="heavy",
                        nights=nights - 1)
        self.deliveries = made.deliveries
        let_as_of_follow(self.project)
        self.settings = _sections((self.project / "journeys.toml").read_text())
        shutil.move(self.project / "landing", self.later)
        self.killed_on = sorted(self.dice.randrange(nights) for _ in range(kills))
        self.waiting: list[Path] = []

    def at(self, share: float) -> int:
        """Return the night at a share of the year."""
        return int(self.nights * share)

    def deliver(self, night: int, day: date) -> None:
        """Put a night's files into landing/, as far as their systems are up."""
        (self.project / "landing").mkdir(exist_ok=True)
        self._write_settings(night)
        self.waiting += sorted(self.later.rglob(f"*_{day.isoformat()}*"))
        held = []
        for path in self.waiting:
            source = path.relative_to(self.later).parts[0]
            if self._is_dead(source, night) or source not in KEPT:
                continue
            if self._is_down(source, night):
                held.append(path)
                continue
            place = self.project / "landing" / path.relative_to(self.later)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
        self.waiting = held
        if night == self.at(0.3):
            _write_bad_file(self.project / "landing" / "zendesk")
        if night == self.at(0.3) + 4:  # somebody looked at it
            (self.project / "landing" / "zendesk" / BAD).unlink()

    def _is_dead(self, source: str, night: int) -> bool:
        """The telephone system is replaced: the old one falls silent, the new one starts."""
        return (source.endswith(NEW) and night < self.at(0.55)) or (
            source == OLD and night > self.at(0.6))

    def _is_down(self, source: str, night: int) -> bool:
        """Outages: a short one, one longer than the gates' limit, one of everything."""
        return ((source == "web" and self.at(0.1) <= night < self.at(0.1) + 3)
                or (source == "zendesk" and self.at(0.4) <= night < self.at(0.4) + 11)
                or self.at(0.8) <= night < self.at(0.8) + 2)

    def _write_settings(self, night: int) -> None:
        gone = {"servicenow", "survey_connect", *(() if night >= self.at(0.55) else (NEW,))}
        text = "\n".join(body for name, body in self.settings if name not in gone)
        text += '\n[machine]\nthreads = 1\nmemory_limit = "1GB"\n'
        (self.project / "journeys.toml").write_text(text)

    def run(self) -> Iterator[dict[str, Any]]:
        """Live through the year; yields what each night took."""
        seconds = 2.0
        for night, day in enumerate(self.deliveries):
            self.deliver(night, day)
            died = sum(run_and_kill(self.project, draw_kill(self.dice, seconds))
                       for _ in range(self.killed_on.count(night)))
            if night == self.at(0.7):
                in_child(lambda: rollback(self.project))
            began = time.perf_counter()
            problems, peak = in_child(lambda: run_to_the_end(self.project))
            seconds = time.perf_counter() - began
            sizes = {name: (self.project / "warehouse" / f"{name}.duckdb").stat().st_size
                     for name in ("state", "journeys")}
            yield {"night": night, "kills": self.killed_on.count(night), "died": died,
                   "seconds": round(seconds, 2), "peak": peak, **sizes,
                   "problems": len(problems), "orphans": orphans(self.project)}

    def compare(self) -> list[str]:
        """Build everything from the files at hand in another folder; return tables that differ."""
        fresh = self.folder / "fresh"
        shutil.copytree(self.project, fresh,
                        ignore=shutil.ignore_patterns("warehouse", "packs", "truth"))
        in_child(lambda: run_to_the_end(fresh))
        wanted, _ = in_child(lambda: checksums(fresh))
        found, _ = in_child(lambda: checksums(self.project))
        return [t for t in sorted(wanted | found) if wanted.get(t) != found.get(t)]


def _write_bad_file(folder: Path) -> None:
    """Deliver tickets without a usable time: a gate has to keep them out."""
    first = next(folder.glob("tickets_*.gz"))
    with gzip.open(first, "rt", encoding="utf-8") as file:
        ticket = json.loads(file.readline())
    rows = [json.dumps({**ticket, "id": 9_000_000 + i, "created_at": "broken"})
            for i in range(500)]
    (folder / BAD).write_bytes(gzip.compress("\n".join(rows).encode()))


def _sections(text: str) -> list[tuple[str, str]]:
    """Return the parts of the settings, each with the source it is about, or an empty name."""
    parts = re.split(r"(?m)^(?=\[)", text)
    return [((re.match(r"\[sources\.(\w+)", p) or ["", ""])[1], p) for p in parts]


def soak(folder: Path, persons: int, nights: int, kills: int, seed: int) -> dict[str, Any]:
    """Live through a year, and say what it came to.

    Returns
    -------
    dict
        ``nights`` (seconds, peak memory, bytes of both files of each), ``differing`` (tables that
        are not as in a fresh build: none), ``orphans``, ``died``.
    """
    year = Year(folder, persons, nights, kills, seed)
    for warm_up in (load_models, load_audits):  # each night would read them anew
        warm_up()
    for module in ("pack", "learning", "calendars"):
        import_module(f"journey_analytics.{module}")
    lived = []
    with (folder / "nights.ndjson").open("w") as log:
        for night in year.run():
            lived.append(night)
            log.write(json.dumps(night) + "\n")
            log.flush()
    return {"nights": lived, "died": sum(n["died"] for n in lived),
            "orphans": [o for n in lived for o in n["orphans"]], "differing": year.compare()}


def report(found: dict[str, Any]) -> str:
    """Return the curves of a year as a table: the mean of each twelfth."""
    nights = found["nights"]
    lines = ["| nights | seconds a night | peak memory, MB | state, MB | published, MB | kills |",
             "|---|---|---|---|---|---|"]
    size = max(len(nights) // 12, 1)
    for first in range(0, len(nights), size):
        part = nights[first : first + size]

        def mean(name: str, part: list[dict[str, Any]] = part) -> float:
            return float(sum(n[name] for n in part)) / len(part)

        lines.append(
            f"| {first + 1}–{first + len(part)} | {mean('seconds'):.1f} "
            f"| {mean('peak') / 1e6:,.0f} | {mean('state') / 1e6:,.1f} "
            f"| {mean('journeys') / 1e6:,.1f} | {sum(n['kills'] for n in part)} |")
    lines += ["", f"{len(nights)} nights, {sum(n['kills'] for n in nights)} kills "
              f"({found['died']} hit a run that was still under way). Tables that differ from a "
              f"fresh build of the same files: {', '.join(found['differing']) or 'none'}. Files "
              f"left behind: {', '.join(found['orphans']) or 'none'}."]
    return "\n".join(lines)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    result = soak(where, *(int(a) for a in sys.argv[2:6]))
    (where / "report.md").write_text(report(result) + "\n")
    sys.stdout.write(report(result) + "\n")
    sys.exit(1 if result["differing"] or result["orphans"] else 0)
