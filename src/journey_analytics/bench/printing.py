"""The benches' reports on the terminal."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from ..printing import OUT
from . import personas
from .effects import print_effects


def print_all_truth(report: dict[str, Any]) -> None:
    """Print what was found of records, of pain points and of personas beside what was planted."""
    print_truth(report["records"])
    OUT.print("\n[bold]pain points[/bold]", end=": ")
    print_effects(report["effects"])
    OUT.print(f"\n[bold]personas[/bold]: {report['personas']['persons']:,} persons a world",
              end="\n\n")
    OUT.print(personas.markdown(report["personas"]), soft_wrap=True, markup=False, highlight=False)


def print_truth(report: dict[str, Any]) -> None:
    """Print rates by level, then what was missed and what was wrong."""
    table = _table("level", "what", "precision", "recall", "F1",
                   title=f"{report['persons']:,} customers, {report['seeds']} seeds; mean "
                         "(lowest to highest)")
    for row in report["summary"]:
        table.add_row(row["level"], row["measure"],
                      *(_spread(row[rate]) for rate in ("precision", "recall", "f1")))
    OUT.print(table)
    for level in dict.fromkeys(run["level"] for run in report["runs"]):
        runs = [run for run in report["runs"] if run["level"] == level]
        reach = sum(run["identity_reach"] for run in runs) / len(runs)
        OUT.print(f"\n[bold]{level}[/bold]: who knew which keys to trust would reach a recall of "
                  f"identity of {reach:.4f}")
        table = _table("what", "", "pairs", "parts", "why")
        for measure in dict.fromkeys(row["measure"] for row in report["summary"]):
            for fault in ("missed", "wrong"):
                for reason, (pairs, parts) in _added(runs, measure, fault).items():
                    table.add_row(measure, fault, f"{pairs:,}", f"{parts:,}", reason)
        OUT.print(table)


def _added(
    runs: list[dict[str, Any]], measure: str, fault: str
) -> dict[str, tuple[int, int]]:
    """Pairs and parts of all runs by reason, most pairs first."""
    total: dict[str, tuple[int, int]] = {}
    for row in (row for run in runs for row in run[measure][fault]):
        pairs, parts = total.get(row["reason"], (0, 0))
        total[row["reason"]] = (pairs + row["pairs"], parts + row["parts"])
    return dict(sorted(total.items(), key=lambda item: -item[1][0])[:8])


def _spread(rate: dict[str, float]) -> str:
    return f"{rate['mean']:.4f} ({rate['lowest']:.4f} to {rate['highest']:.4f})"


def print_identity(report: dict[str, Any]) -> None:
    """Print seconds and memory of both solvers."""
    table = _table("solver", "seconds", "peak MB", title=f"{report['links']:,} links, "
                   f"{report['ours']['components']:,} components")
    for name, title in (("ours", "the pipeline's: Arrow in, labels out"),
                        ("bare", "key compaction and scipy's components")):
        table.add_row(title, f"{report[name]['seconds']:.2f}", f"{report[name]['peak_mb']:,.0f}")
    OUT.print(table)
    OUT.print(f"ratio {report['ratio']:.2f}")


def print_steps(report: dict[str, Any]) -> None:
    """Print what each step took, and its ratio to the bare sort and write."""
    bare = report["bare"]
    table = _table("step", "seconds", "CPU s", "of the bare", "of its CPU",
                   title=f"{report['touchpoints']:,} touchpoints, {report['threads']} threads, "
                         f"memory limit {report['memory_limit']}")
    rows = {**report["steps"], "bare ORDER BY person, time + write": bare,
            "canonical tables → moments": report["to_moments"]}
    worst = sorted(report["models"], key=lambda t: -report["models"][t]["cpu_seconds"])[:12]
    for name, taken in {**rows, **{f"  {t}": report["models"][t] for t in worst}}.items():
        table.add_row(name, f"{taken['seconds']:.2f}", f"{taken['cpu_seconds']:.2f}",
                      *(f"{taken[cost] / bare[cost]:.2f}" for cost in ("seconds", "cpu_seconds")))
    OUT.print(table)
    OUT.print(f"records to published: peak {report['peak_mb']:,.0f} MB, "
              f"{report['written_mb']:,.0f} MB written")


def print_reading(report: dict[str, Any]) -> None:
    """Print seconds of both reads, and our speed as a share of the bare one."""
    table = _table("file", "rows", "bare s", "ours s", "our speed of the bare",
                   title=f"{report['megabytes']:,} MB each")
    for kind in [k for k in report if k != "megabytes"]:
        found = report[kind]
        table.add_row(kind, f"{found['rows']:,}", f"{found['bare_seconds']:.2f}",
                      f"{found['our_seconds']:.2f}", f"{found['speed_ratio']:.0%}")
    OUT.print(table)


def print_nights(report: dict[str, Any]) -> None:
    """Print the share of a night in a rebuild, file growth, and where the time goes."""
    counts = ", ".join(f"{n:,} {name}" for name, n in report["counts"].items())
    OUT.print(f"{len(report['nights'])} nights to {counts}")
    OUT.print(f"a night {report['night_seconds']:.2f} s, full rebuild "
              f"{report['full']['seconds']:.2f} s, from files {report['fresh']['seconds']:.2f} s: "
              f"a night is {report['ratio']:.1%} of a rebuild")
    for name, growth in report["growth"].items():
        OUT.print(f"{name}: {report['bytes']['nights'][name] / 1e6:,.1f} MB after the nights, "
                  f"{growth:.2f} times a fresh build")
    for what in ("steps", "models"):
        table = _table(what, "night s", "full s")
        for name, seconds in list(report[what].items())[:15]:
            table.add_row(name, f"{seconds['night']:.3f}", f"{seconds['full']:.3f}")
        OUT.print(table)


def _table(*columns: str, title: str = "") -> Table:
    table = Table(title=title or None, title_justify="left", title_style="bold", box=None,
                  pad_edge=False, header_style="bold")
    for name in columns:
        right = name in ("pairs", "parts", "seconds", "peak MB", "night s", "full s", "rows",
                         "bare s", "ours s", "CPU s", "of the bare", "of its CPU")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    return table
