"""How often gates refuse quiet nights, and whether they find what is wrong.

A call centre delivers a file each night: the day before, and late rows of the day before that. Days
vary by weekday and more than chance (by day, and by day and queue). Quiet nights tell how often a
gate refuses wrongly; copies of a night with a planted fault tell how often it is found, and when.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.table import Table

from .. import pipeline
from ..printing import OUT

Progress = Callable[[str], None]
#: A Monday.
FIRST = date(2025, 9, 1)
HISTORY, LONGEST_DELAY = 63, 3
_QUEUES = ("Billing", "Technical", "Delivery", "Retention")
_WEEKDAYS = np.array([1.35, 1.15, 1.05, 1.0, 0.95, 0.4, 0.3])
_SETTINGS = """
[project]
name = "Gates"
timezone = "UTC"
[sources.calls]
adapter = "five9"
files = "landing/calls_*.csv"
mode = "delta"
timezone = "UTC"
"""


def _half(rows: pd.DataFrame, dice: np.random.Generator) -> pd.DataFrame:
    return rows[dice.random(len(rows)) < 0.5]


def _morning(rows: pd.DataFrame, dice: np.random.Generator) -> pd.DataFrame:
    return rows[rows["TIMESTAMP"].str[11:13] < "12"]


def _tenth(rows: pd.DataFrame, dice: np.random.Generator) -> pd.DataFrame:
    return rows[dice.random(len(rows)) < 0.1]


def _spoiled(column: str, text: str, share: float) -> Callable[..., pd.DataFrame]:
    def spoil(rows: pd.DataFrame, dice: np.random.Generator) -> pd.DataFrame:
        return rows.assign(**{column: rows[column].mask(dice.random(len(rows)) < share, text)})

    return spoil


#: What is planted, by name: the gate that should find it, and what it does to a night's rows.
FAULTS: dict[str, tuple[str, Callable[..., pd.DataFrame]]] = {
    "a tenth of the rows": ("volume", _tenth),
    "half of the rows": ("volume", _half),
    "nothing after noon": ("volume", _morning),
    "a column is empty": ("empty", _spoiled("DISPOSITION", "", 1.0)),
    "a column is empty in 60 %": ("empty", _spoiled("DISPOSITION", "", 0.6)),
    "all queues renamed": ("unknown", _spoiled("SKILL", "Other", 1.0)),
    "60 % in an unknown queue": ("unknown", _spoiled("SKILL", "Other", 0.6)),
    "30 % without a time": ("quarantined", _spoiled("TIMESTAMP", "never", 0.3)),
}


def bench_gates(nights: int, worlds: int, calls: int, progress: Progress) -> dict[str, Any]:
    """Simulate quiet nights and planted faults; gates at their default limits.

    Parameters
    ----------
    nights
        Of each world; a fault of each sort is planted in every tenth.
    calls
        Of an average day.

    Returns
    -------
    dict
        ``quiet``: by gate, nights judged and refused. ``faults``: by fault, times planted, times
        found by any gate, and the nights until then, of those found.
    """
    quiet: dict[str, dict[str, int]] = {}
    faults: dict[str, dict[str, Any]] = {
        name: {"gate": gate, "planted": 0, "found": 0, "nights": []}
        for name, (gate, _) in FAULTS.items()}
    for world in range(worlds):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            project = _project(folder / "project")
            dice = np.random.default_rng(world)
            days = [_day(dice, n, calls) for n in range(HISTORY + nights + LONGEST_DELAY)]
            for part in range(0, HISTORY, 21):
                _deliver(project, part, pd.concat(days[part:part + 21]))
            _judge(project)
            for night in range(HISTORY, HISTORY + nights):
                progress(f"world {world + 1}, night {night - HISTORY + 1}")
                if night % 10 == 0:
                    for name, (_, spoil) in FAULTS.items():
                        _plant(project, folder / "copy", days, night, spoil, dice, faults[name])
                _deliver(project, night, _rows(days, night))
                for gate, outcome in _judge(project).items():
                    told = quiet.setdefault(gate, {"judged": 0, "refused": 0})
                    told["judged"] += outcome in ("passed", "refused")
                    told["refused"] += outcome == "refused"
    return {"quiet": quiet, "faults": faults}


def _plant(
    project: Path, copy: Path, days: list[pd.DataFrame], night: int,
    spoil: Callable[..., pd.DataFrame], dice: np.random.Generator, told: dict[str, Any],
) -> None:
    """Let a fault begin in a night of a copy, and note whether and when it is found."""
    shutil.copytree(project, copy)
    told["planted"] += 1
    for delay in range(LONGEST_DELAY):
        _deliver(copy, night + delay, spoil(_rows(days, night + delay), dice))
        if "refused" in _judge(copy).values():
            told["found"] += 1
            told["nights"].append(delay)
            break
    shutil.rmtree(copy)


def _project(folder: Path) -> Path:
    (folder / "landing").mkdir(parents=True)
    (folder / "journeys.toml").write_text(_SETTINGS)
    (folder / "journeys.key").write_text("a secret of the bench, as long as it must be")
    return folder


def _day(dice: np.random.Generator, number: int, calls: int) -> pd.DataFrame:
    """Return the calls of a day."""
    level = calls / len(_QUEUES) * _WEEKDAYS[number % 7] / _WEEKDAYS.mean() * dice.gamma(100, 0.01)
    sizes = dice.poisson(level * dice.gamma(40, 1 / 40, len(_QUEUES)))
    n = int(sizes.sum())
    second = np.sort(np.clip(dice.normal(13 * 3600, 3.2 * 3600, n), 0, 86_399)).astype(int)
    at = pd.Timestamp(FIRST + timedelta(days=number)) + pd.to_timedelta(second, unit="s")
    zero = ["00:00:00"] * n
    return pd.DataFrame({
        "CALL ID": [f"{number:05d}{i:06d}" for i in range(n)],
        "TIMESTAMP": at.strftime("%m/%d/%Y %H:%M:%S"), "CAMPAIGN": "In", "CALL TYPE": "Inbound",
        "SKILL": np.repeat(_QUEUES, sizes), "AGENT": "agent.01",
        "DISPOSITION": np.where(dice.random(n) < 0.08, "", "Solved"),
        "ANI": [f"069 {7_000_000 + k}" for k in dice.integers(0, 900_000, n)], "DNIS": "",
        "CUSTOMER NAME": "", "CUSTOMER ID": "", "CALL TIME": "00:05:00", "IVR TIME": zero,
        "QUEUE WAIT TIME": "00:01:00", "RING TIME": zero, "TALK TIME": "00:04:00",
        "HOLD TIME": zero, "PARK TIME": zero, "AFTER CALL WORK TIME": zero, "TRANSFERS": "0",
        "CONFERENCES": "0", "HOLDS": "0", "ABANDONED": "0"})


def _rows(days: list[pd.DataFrame], night: int) -> pd.DataFrame:
    """Return what comes in a night: its day without every fiftieth row, which comes a day later."""
    return pd.concat([days[night - 1].iloc[::50], days[night].drop(days[night].index[::50])])


def _deliver(project: Path, night: int, rows: pd.DataFrame) -> None:
    name = f"calls_{FIRST + timedelta(days=night + 1)}.csv"
    rows.to_csv(project / "landing" / name, index=False)


def _judge(project: Path) -> dict[str, str]:
    """Take in what has come; return what each gate says."""
    run = pipeline.start(project)
    try:
        pipeline.ingest_files(run)
        pipeline.build_canonical_tables(run)
        return dict(run.engine.rows("SELECT gate, outcome FROM state.gates"))
    finally:
        pipeline.finish(run)


def print_gates(report: dict[str, Any]) -> None:
    """Print how often each gate refused wrongly, and how often and when faults were found."""
    quiet = Table("gate", "quiet nights judged", "refused", box=None, pad_edge=False)
    for gate, told in sorted(report["quiet"].items()):
        quiet.add_row(gate, f"{told['judged']:,}", f"{told['refused']:,}")
    faults = Table("fault", "planted", "found", "in the first night", box=None, pad_edge=False)
    for name, told in report["faults"].items():
        faults.add_row(name, f"{told['planted']:,}", f"{told['found']:,}",
                       f"{told['nights'].count(0):,}")
    OUT.print(quiet)
    OUT.print(faults)
