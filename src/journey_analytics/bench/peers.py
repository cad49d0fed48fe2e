"""The questions any tool for event logs is asked, with what each takes: time, memory, bytes.

Sessions; directly-follows with median and ninth decile; variants of sessions; switch and transfer
flags; repeats within seven days. DuckDB writes its answers to a file, the others keep them in
memory. Answers are compared before times are.
"""

from __future__ import annotations

import importlib.util
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.table import Table

from ..errors import DataError
from ..printing import OUT
from . import peers_duckdb, peers_frames
from .measuring import measured, spread

#: pandas needs some 400 bytes a touchpoint: beyond so many it is left out.
PANDAS_UP_TO = 5_000_000
COSTS = ("seconds", "cpu_seconds", "peak_mb", "written_mb")


def bench_peers(
    touchpoints: int, memory_limit: str, rounds: int, progress: Callable[[str], None],
    keep: Path | None = None,
) -> dict[str, Any]:
    """Ask the same generated touchpoints of every peer in turn, several times over.

    Parameters
    ----------
    touchpoints, rounds
        How many to generate; how often to ask.
    memory_limit
        DuckDB's, for the bare sort and for the questions.
    keep
        Folder for the touchpoints and the answers, left there; else a temporary one.

    Returns
    -------
    dict
        ``peers``: by name the costs, each as median, lowest and highest; ``ratios``: by name
        DuckDB's cost as a share of that peer's in the same round, likewise; ``answers``;
        ``missing``: peers that are not installed, or not asked so much.
    """
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        progress("generating")
        file = peers_duckdb.generate(folder, touchpoints)
        asked: dict[str, tuple[Callable[..., Any], *tuple[object, ...]]] = {
            "bare": (peers_duckdb.bare, file, memory_limit),
            "duckdb": (peers_duckdb.ours, file, memory_limit)}
        if importlib.util.find_spec("polars"):
            asked["polars"] = (peers_frames.polars, file)
        if touchpoints <= PANDAS_UP_TO:
            asked["pandas"] = (peers_frames.pandas, file)
        runs: list[dict[str, Any]] = []
        for number in range(1, rounds + 1):
            runs.append({})
            for name, (work, *given) in asked.items():
                progress(f"round {number} of {rounds}: {name}")
                runs[-1][name] = measured(work, *given)
        found = _agreed(runs)
        (folder / "answers.json").write_text(json.dumps(found))
    costs = {name: {cost: spread([run[name][cost] for run in runs]) for cost in COSTS}
             for name in asked}
    ratios = {name: {cost: spread([run["duckdb"][cost] / run[name][cost] for run in runs])
                     for cost in COSTS[:3]}
              for name in asked if name != "duckdb"}
    return {
        "touchpoints": touchpoints, "rounds": rounds, "memory_limit": memory_limit,
        "peers": costs, "ratios": ratios,
        "answers": {name: v for name, v in found.items() if isinstance(v, int)},
        "missing": [name for name in ("polars", "pandas") if name not in asked],
    }


def _agreed(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the answers, which must be the same whoever gave them."""
    found: dict[str, Any] = dict(runs[0]["duckdb"]["result"])
    found.pop("file_mb")
    for run in runs:
        for name in run.keys() - {"bare"}:
            for question, answer in found.items():
                told = run[name]["result"][question]
                if told != answer:
                    raise DataError(f"bench peers: {name}", f"another answer about {question}",
                                    found=f"{told}"[:200], allowed=f"{answer}"[:200])
    return found


def print_peers(report: dict[str, Any]) -> None:
    """Print the costs of each peer, and of the questions as a share of them."""
    OUT.print(f"{report['touchpoints']:,} touchpoints, {report['rounds']} rounds, memory limit "
              f"{report['memory_limit']}: median (lowest to highest)")
    titles = {"bare": "bare sort + write", "duckdb": "DuckDB, written", "polars": "Polars",
              "pandas": "pandas"}
    for heading, costs, rows, form in (
        ("what it takes", COSTS, report["peers"], ",.1f"),
        ("DuckDB's share", COSTS[:3], report["ratios"], ".2f"),
    ):
        table = Table(heading, box=None, pad_edge=False)
        for cost in costs:
            table.add_column(cost.replace("_", " "), justify="right", overflow="fold")
        for name, taken in rows.items():
            table.add_row(titles[name], *(_spread(taken[cost], form) for cost in costs))
        OUT.print(table)
    OUT.print(", ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in report["answers"].items()))
    if report["missing"]:
        OUT.print(f"not asked: {', '.join(report['missing'])}")


def _spread(cost: dict[str, float], form: str) -> str:
    if cost["lowest"] == cost["highest"]:
        return f"{cost['median']:{form}}"
    return f"{cost['median']:{form}} ({cost['lowest']:{form}} to {cost['highest']:{form}})"
