"""``journeys beliefs``: what people hold true, and what the data say to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from .engines import Published
    from .settings import Settings

_SELECT = "SELECT * FROM beliefs ORDER BY belief"
#: Words that segments may name, by what they name.
_WORDS = {"reason": "journeys", "reason_family": "journeys", "stage": "journeys",
          "entry_channel": "journeys", "queue": "contacts"}


def beliefs(
    folder: Annotated[Path, typer.Argument(
        metavar="[DIR]", help="Project folder, the one with journeys.toml.",
        show_default="here")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Hold the statements of beliefs.csv against the data of the last run.

    Each is supported, contradicted, or there is not enough data; with the smallest effect that
    would have been seen. Lines that cannot be read are told with their place; exit code 2.
    """
    found = read(folder)
    if as_json:
        from .printing import as_json as dumped

        typer.echo(dumped(found))
    else:
        _print(found)
    for problem in found["problems"]:
        typer.echo(f"warning: {problem}", err=True)
    if found["problems"]:
        raise typer.Exit(2)


def read(folder: Path) -> dict[str, Any]:
    """Return published beliefs and what is wrong with the lines of the files as they are now."""
    from . import workshop
    from .engines import Published
    from .pipeline import warehouse_file
    from .settings import load

    settings = load(folder)
    with Published(warehouse_file(folder)) as warehouse:
        rows = warehouse.connection.sql(_SELECT).to_arrow_table().to_pylist()
        words = published_words(settings, warehouse)
    _, problems = workshop.tables(folder, settings, words)
    return {"beliefs": rows, "tested": sum(r["q_value"] is not None for r in rows),
            "problems": [str(p) for p in problems]}


def published_words(settings: Settings, warehouse: Published) -> dict[str, set[str]]:
    """Return the words of the data and of the settings: a reason may not have occurred yet."""
    words = {column: {str(w) for (w,) in warehouse.rows(
        f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")}
        for column, table in _WORDS.items()}
    words["reason"] |= set(settings.reasons)
    words["reason_family"] |= {r.family for r in settings.reasons.values()}
    words["channel"] = words.pop("entry_channel")
    words["queue"].add("no queue")
    return words


def _print(found: dict[str, Any]) -> None:
    from rich.markup import escape

    from .printing import OUT

    if not found["beliefs"]:
        OUT.print("No belief was tested: write statements into beliefs.csv and run.")
        return
    for b in found["beliefs"]:
        OUT.print(f"[bold]{escape(b['belief'])}  {escape(b['verdict'])}[/bold]  "
                  f"{escape(b['statement'])}", soft_wrap=True)
        OUT.print(f"    {escape(claimed(b))}", soft_wrap=True, style="dim")
        if b["effect"] is not None:
            OUT.print(f"    found {shown(b, 'effect')} ({shown(b, 'effect_low')} to "
                      f"{shown(b, 'effect_high')}), n = {b['n_with']:,} with, {b['n_without']:,} "
                      f"without; {shown(b, 'smallest')} would have been seen", soft_wrap=True)
        if b["because"]:
            OUT.print(f"    {escape(b['because'])}", soft_wrap=True)
    stand = sum(b["q_value"] is not None and b["q_value"] <= 0.05 and not b["because"]
                for b in found["beliefs"])
    OUT.print(f"{found['tested']} tested, each at 95 %; {stand} verdicts also stand when all are "
              "taken together (false discovery rate 5 %). Differences are associations, not proof.",
              style="dim")


def shown(belief: dict[str, Any], column: str) -> str:
    """Return a share or a difference as text."""
    value = belief[column]
    if value is None:
        return "–"
    return f"{value:.1%}" if belief["effect_of"] == "share of journeys" else f"{value:+.1f}"


def claimed(belief: dict[str, Any]) -> str:
    """Return what a belief claims, as it was written."""
    size = (f"{belief['threshold']:.0%}" if belief["effect_of"] == "share of journeys"
            else f"{belief['threshold']:g} points")
    place = f", {belief['segment']}" if belief["segment"] else ""
    return f"{belief['moment']}: {belief['claimed']} {size}{place}"
