"""``journeys sources``: what can be read, what a file is, and a first adapter for a new one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from .sources.sniff import Sniffed

sources_app = typer.Typer(no_args_is_help=True, help="List, recognise and add kinds of exports.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


@sources_app.command("list")
def list_(as_json: Json = False) -> None:
    """List the shipped adapters with the streams they read and the tables they give."""
    from .sources.shipped import shipped_adapters

    found = shipped_adapters()
    if as_json:
        _print_json([asdict(a) for a in found])
        return
    from .printing import OUT

    for adapter in found:
        OUT.print(f"[bold]{adapter.name}[/bold]  {', '.join(adapter.tables)}", soft_wrap=True)
        OUT.print(f"    streams: {', '.join(adapter.streams)}", markup=False, soft_wrap=True)


@sources_app.command("sniff")
def sniff_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An export of any kind.")],
    as_json: Json = False,
) -> None:
    """Say what a file is: kind, columns, likely meanings, and who can read it. Shows no values."""
    from .sources.sniff import sniff

    found = sniff(file)
    if as_json:
        _print_json(_without_values(found))
    else:
        _print_sniffed(found, file)


@sources_app.command("new")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the source to be.")],
    file: Annotated[Path, typer.Option("--from", metavar="FILE", help="One of its files.")],
    table: Annotated[str, typer.Option(
        "--as", help="calls, tickets, messages, surveys, channel_events or ticket_history.")],
    folder: Annotated[Path, typer.Argument(
        metavar="[DIR]", help="Project folder, the one with journeys.toml.",
        show_default="here")] = Path(),
) -> None:
    """Write a first adapter and the section in journeys.toml for a file.

    Where a shipped adapter knows the shape, its copy is written, to be changed.
    """
    from .printing import OUT
    from .sources.scaffold import new_source

    done = new_source(folder, name, file, table)
    for path in done.adapters:
        copied = f" (a copy of {done.copied_from})" if done.copied_from else ""
        OUT.print(f"wrote {path}{copied}", markup=False, soft_wrap=True)
    OUT.print(f"added [sources.{name}] to {done.settings}; its files: {done.landing}",
              markup=False, soft_wrap=True)
    for mark in done.marks:
        OUT.print(f"    {mark}", markup=False, soft_wrap=True)
    OUT.print(f"\nNext: edit the adapter, then `journeys check {folder}`.", markup=False,
              soft_wrap=True)


def _without_values(found: Sniffed) -> dict[str, Any]:
    shown = asdict(found)
    for column in shown["columns"]:
        del column["words"]
    return shown


def _print_sniffed(found: Sniffed, file: Path) -> None:
    from rich.markup import escape
    from rich.table import Table

    from .printing import OUT

    facts = [found.kind, found.encoding,
             f"delimiter {found.delimiter!r}" if found.delimiter else "",
             f"records under {found.records!r}" if found.records else "", f"{found.rows:,} rows",
             f"{found.unreadable:,} unreadable" if found.unreadable else "",
             f"{found.first[:16]} to {found.last[:16]}" if found.first else "no times"]
    OUT.print(f"[bold]{escape(file.name)}[/bold]  " + escape(", ".join(f for f in facts if f)),
              soft_wrap=True)
    table = Table("column", "type", "empty", "different", "likely", "how sure", box=None)
    for c in found.columns:
        kind = f"{c.type} {c.time_format or 'ISO 8601'}" if c.type == "time" else c.type
        kind += " without a zone" if c.is_naive else ""
        likely = ("an id" if c.meaning == "~id" else c.meaning) + (f" ({c.unit})" if c.unit else "")
        table.add_row(*map(escape, (c.name, kind, f"{c.null_share:.0%}", f"{c.distinct:,}", likely,
                                    c.sure)))
    OUT.print(table)
    for known in found.known:
        OUT.print(f"Shipped adapter '{known.adapter}' reads it as stream '{known.stream}' "
                  f"({', '.join(known.tables)}).", markup=False, soft_wrap=True)
    if not found.known:
        OUT.print("No shipped adapter knows this shape: `journeys sources new NAME --from FILE "
                  "--as TABLE` writes a first one.", markup=False, soft_wrap=True)


def _print_json(value: Any) -> None:
    from .printing import as_json

    typer.echo(as_json(value))
