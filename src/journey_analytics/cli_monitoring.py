"""``journeys triggers`` and ``actions``: does the map still hold, did what was done help."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from .errors import SettingsError

Folder = Annotated[Path, typer.Argument(
    metavar="[DIR]", help="Project folder, the one with journeys.toml.", show_default="here")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def triggers(
    folder: Folder = Path(),
    backtest: Annotated[str | None, typer.Option(
        metavar="DAYS", help="What would have been on in so many nights before, like 180d.",
    )] = None,
    as_json: Json = False,
) -> None:
    """Tell which update triggers are on: what changed so much that the map may no longer hold.

    Each with its evidence and since when. Reads what the last run published.
    """
    found = read_backtest(folder, _nights(backtest)) if backtest else read_triggers(folder)
    if as_json:
        from .printing import as_json as dumped

        typer.echo(dumped(found))
    else:
        _print(found)


def _nights(text: str) -> int:
    match = re.fullmatch(r"(\d{1,4})d?", text)
    if match is None or not int(match[1]):
        raise SettingsError("--backtest", "not a number of days", found=f"'{text}'",
                            allowed="like 180d")
    return int(match[1])


def read_triggers(folder: Path) -> dict[str, Any]:
    """Return the triggers that are on, and how many were judged."""
    from .engines import Published
    from .monitoring.logs import TRIGGERS_ON
    from .pipeline import warehouse_file
    from .settings import load

    settings = load(folder)
    with Published(warehouse_file(folder)) as warehouse:
        return {"judged": warehouse.value("SELECT count(*) FROM triggers"),
                "false_discovery_rate": settings.triggers.false_discovery_rate,
                "triggers": warehouse.dicts(TRIGGERS_ON, [settings.privacy.min_group])}


def read_backtest(folder: Path, nights: int) -> dict[str, Any]:
    """Return what would have been on, as spells of nights, by what is published now."""
    from .engines import Published
    from .monitoring.backtest import backtest
    from .monitoring.inputs import night_of
    from .pipeline import warehouse_file
    from .settings import load

    settings = load(folder)
    with Published(warehouse_file(folder)) as warehouse:
        as_of = warehouse.value("SELECT as_of FROM runs ORDER BY run_no DESC LIMIT 1")
        last = night_of(settings, as_of)
        spells = backtest(warehouse, folder, settings, as_of, nights)
    return {"nights": nights, "from": last - timedelta(days=nights - 1), "until": last,
            "false_discovery_rate": settings.triggers.false_discovery_rate, "triggers": spells}


def _print(found: dict[str, Any]) -> None:
    from rich.markup import escape

    from .printing import OUT, local

    for t in found["triggers"]:
        since = (f"{t['first_night']} to {t['last_night']}, {t['nights']} nights"
                 if "nights" in t else f"since {local(t['first_seen'], 'UTC', '%Y-%m-%d')}")
        OUT.print(f"[bold]{t['rule'].replace('_', ' ')}[/bold]  {escape(t['evidence'])}  ({since})",
                  soft_wrap=True)
    rate = f"of quiet nights at most {found['false_discovery_rate']:.0%} raise a false alarm"
    if "judged" in found:
        OUT.print(f"{len(found['triggers'])} of {found['judged']} triggers that were judged are "
                  f"on; {rate}.", style="dim")
    else:
        OUT.print(f"{len(found['triggers'])} spells in {found['nights']} nights from "
                  f"{found['from']} to {found['until']}; {rate}.", style="dim")


def actions(folder: Folder = Path(), as_json: Json = False) -> None:
    """Measure the actions of actions.csv back: on target, not on target, too early, or not enough.

    Each with its number before and after, beside the same change in what it does not touch. Lines
    that cannot be read are told with their place; exit code 2.
    """
    found = read_actions_back(folder)
    if as_json:
        from .printing import as_json as dumped

        typer.echo(dumped(found))
    else:
        _print_actions(found["actions"])
    for problem in found["problems"]:
        typer.echo(f"warning: {problem}", err=True)
    if found["problems"]:
        raise typer.Exit(2)


def read_actions_back(folder: Path) -> dict[str, Any]:
    """Return how actions stood in the last run, and what is wrong in the file as it is now."""
    from .cli_beliefs import published_words
    from .engines import Published
    from .monitoring.actions import read_actions
    from .pipeline import warehouse_file
    from .settings import load
    from .workshop import moment_kinds

    settings = load(folder)
    with Published(warehouse_file(folder)) as warehouse:
        rows = warehouse.dicts("SELECT * FROM action_progress ORDER BY action")
        words = published_words(settings, warehouse)
    _, problems = read_actions(folder, moment_kinds(), words)
    return {"actions": rows, "problems": [str(p) for p in problems]}


def _print_actions(rows: list[dict[str, Any]]) -> None:
    from rich.markup import escape

    from .printing import OUT

    if not rows:
        OUT.print("No action was measured: write them into actions.csv and run.")
    for a in rows:
        OUT.print(f"[bold]{escape(a['action'])}  {a['verdict']}[/bold]  {escape(a['what'])}  "
                  f"({escape(a['owner'])}, due {a['deadline']}"
                  f"{', passed' if a['is_due'] else ''})", soft_wrap=True)
        OUT.print(f"    {escape(a['metric'])} {a['wanted']} to {_shown(a, 'target')}"
                  f"{', ' + escape(a['segment']) if a['segment'] else ''}", style="dim",
                  soft_wrap=True)
        if a["value"] is not None:
            OUT.print(f"    {_shown(a, 'value_before')} before, {_shown(a, 'value')} now "
                      f"({_shown(a, 'value_low')} to {_shown(a, 'value_high')}), n = "
                      f"{a['n_before']:,} and {a['n_after']:,}; change {_shown(a, 'change')} "
                      f"({_shown(a, 'change_low')} to {_shown(a, 'change_high')})", soft_wrap=True)
        if a["difference"] is not None:
            OUT.print(f"    elsewhere {_shown(a, 'other_change')}; difference "
                      f"{_shown(a, 'difference')} ({_shown(a, 'difference_low')} to "
                      f"{_shown(a, 'difference_high')})", soft_wrap=True)
        if a["because"]:
            OUT.print(f"    {escape(a['because'])}", soft_wrap=True)


def _shown(action: dict[str, Any], column: str) -> str:
    """Return a value as text, in the unit of the metric; changes with their sign."""
    value = action[column]
    if value is None:
        return "–"
    sign = "+" if column.startswith(("change", "other", "difference")) else ""
    if action["unit"] == "share":
        return f"{value:{sign}.1%}"
    return f"{value:{sign},.1f}" + {"seconds": " s", "hours": " h"}.get(action["unit"], "")
