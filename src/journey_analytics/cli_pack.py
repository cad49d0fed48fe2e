"""``journeys pack``: draft, issue, list and take back evidence packs."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from . import audit_log
from .errors import AuditError, SettingsError, did_you_mean
from .settings import FILE_NAME, Settings, load
from .settings_packs import PackScope

pack_app = typer.Typer(no_args_is_help=True, help="Write the evidence packs of a project.")

Project = Annotated[Path, typer.Argument(
    metavar="[DIR]", help="Project folder, the one with journeys.toml.", show_default="here")]
Name = Annotated[str, typer.Option("--name", help="Which pack; left out: the only one.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])]
Text = Annotated[str | None, typer.Option()]
HERE = Path()


@pack_app.command("build")
def build(
    folder: Project = HERE, name: Name = "",
    question: Annotated[str, typer.Option(help="What the workshop wants to find out.")] = "",
    persona: Text = None, segment: Text = None, reason: Text = None, family: Text = None,
    stage: Text = None, entry_channel: Text = None,
    since: Day = None, until: Day = None, compare_since: Day = None, compare_until: Day = None,
    workshop: Day = None, facilitator: str = "",
    length: Annotated[str, typer.Option(
        help="brief (two pages), full, or review (of a quarter).")] = "full",
) -> None:
    """Write drafts from what is published, without a run.

    Without options: every pack declared in [[packs]]. With options: one pack of that scope, called
    by --name.
    """
    from .errors import raise_all
    from .pack import build_pack, build_packs
    from .pipeline import SOLVERS

    settings = load(folder)
    asked = {
        "question": question, "persona": persona, "segment": segment, "reason": reason,
        "family": family, "stage": stage, "entry_channel": entry_channel, "since": _day(since),
        "until": _day(until), "compare_since": _day(compare_since),
        "compare_until": _day(compare_until), "workshop": _day(workshop),
        "facilitator": facilitator, "length": length if length != "full" else None,
    }
    given = {key: value for key, value in asked.items() if value}
    if given:
        typer.echo(build_pack(folder, settings, _scope(name, given), SOLVERS))
    elif name:
        typer.echo(build_pack(folder, settings, _declared(folder, settings, name), SOLVERS))
    else:
        written, problems = build_packs(folder, settings, SOLVERS)
        for path in written:
            typer.echo(path)
        raise_all(problems)


@pack_app.command("issue")
def issue(folder: Project = HERE, name: Name = "") -> None:
    """Freeze a pack as its next numbered version; later drafts say what changed since."""
    from .pack.build import issue_pack
    from .pipeline import SOLVERS

    settings = load(folder)
    issued = issue_pack(folder, settings, _declared(folder, settings, name), SOLVERS)
    audit_log.write(folder, "issue", pack=f"{issued.parent.name}/{issued.name}")
    typer.echo(issued)


@pack_app.command("withdraw")
def withdraw(folder: Project = HERE, name: Name = "") -> None:
    """Take the last issue of a pack back: its files stay, and are called withdrawn."""
    from .pack.build import withdraw_issue
    from .pipeline import SOLVERS

    settings = load(folder)
    scope = _declared(folder, settings, name)
    version = withdraw_issue(folder, settings, scope, SOLVERS)
    typer.echo(f"{scope.name}: version {version} is withdrawn")


@pack_app.command("list")
def list_(
    folder: Project = HERE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List the declared packs, their drafts and their issues."""
    from .pack.build import list_packs
    from .printing import as_json as dumped

    found = list_packs(folder, load(folder))
    if as_json:
        typer.echo(dumped(found))
        return
    for pack in found:
        typer.echo(f"{pack['name']}  draft {pack['draft'] or 'not written yet'}")
        for issued in pack["issues"]:
            state = f"withdrawn {issued['withdrawn_at']}" if issued["withdrawn_at"] else "issued"
            files = issued["folder"] or (f"files removed {issued['removed_at']} "
                                         f"{issued['removed_because']}; "
                                         f"pack.html {issued['digest'][:12]}")
            typer.echo(f"  version {issued['version']}  {issued['issued_at']}  {state}  {files}")


@pack_app.command("verify")
def verify(
    path: Annotated[Path, typer.Argument(
        metavar="PACK", help="Folder of a pack, or one form beside its bundle.")],
    warehouse: Annotated[Path | None, typer.Option(
        metavar="DIR", help="Project to hold the bundle against too; found by itself inside one.",
    )] = None,
) -> None:
    """Make every printed number anew from the bundle, and the bundle from the warehouse.

    Exit code 1 and the first number that differs, if one does.
    """
    from .pack.issues import removal_of
    from .pack.verify import reread, superseded, verify_forms, verify_warehouse
    from .pipeline import SOLVERS

    removed = removal_of(path.resolve())
    if removed:
        raise AuditError(f"{path}", f"its files were {removed}",
                         remedy="Destroy what copies there are; `journeys pack list` says which "
                                "version stands.")
    folder = path.resolve() if path.is_dir() else path.resolve().parent
    project = warehouse or next((p for p in folder.parents if (p / FILE_NAME).exists()), None)
    found = next(verify_forms(path), None)
    state, against = superseded(folder, project=warehouse), "its bundle"
    if project is not None and found is None and not state:
        try:
            data = reread(folder, project, SOLVERS)
        except SettingsError as error:  # a pack of flags is declared nowhere
            if warehouse is not None:
                raise
            state = f"not held against the warehouse: {error}"
        else:
            state = superseded(folder, data, warehouse)
            if not state:
                found, against = next(verify_warehouse(folder, data), None), "bundle and warehouse"
    if found is not None:
        raise AuditError(f"{path}", f"not as it was made: {found}",
                         remedy="Trust the pack only as it was issued: ask for it again.")
    typer.echo(f"{path}: every number is as in {against}" + (f"; {state}" if state else ""))


def _declared(folder: Path, settings: Settings, name: str) -> PackScope:
    """Return a declared pack by its name; without a name the only one."""
    from .pack.build import declared

    packs = {p.name: p for p in declared(settings)}
    if not name and len(packs) == 1:
        return next(iter(packs.values()))
    if name not in packs:
        raise SettingsError(
            str(folder), f"no pack '{name}' in [[packs]]" if name else "several packs: say which",
            allowed=", ".join(packs), remedy=did_you_mean(name, list(packs)) or "Use --name.")
    return packs[name]


def _scope(name: str, given: dict[str, Any]) -> PackScope:
    try:
        return PackScope(name=name or "draft", **given)
    except ValidationError as error:
        problem = error.errors()[0]
        option = f"--{'-'.join(str(p) for p in problem['loc'])}".replace("_", "-").rstrip("-")
        what, *rest = str(problem["msg"]).removeprefix("Value error, ").split("|")
        raise SettingsError(option, what, found=rest[0] if rest else repr(problem["input"]),
                            allowed=rest[1] if len(rest) > 1 else "") from None


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None
