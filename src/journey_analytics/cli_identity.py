"""Commands about who is who: explain, identity, verify, forget."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .cli_progress import progress
from .errors import SettingsError

Project = Annotated[Path, typer.Argument(
    metavar="[DIR]", help="Project folder, the one with journeys.toml.", show_default="here")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def explain(
    key: Annotated[str | None, typer.Argument(
        help="Key of a journey or person, as `status` shows; with --person left out.",
        show_default=False)] = None,
    folder: Project = Path(),
    person: Annotated[str | None, typer.Option(
        metavar="KEY", help="A customer number, e-mail or phone: how well this person's records "
        "hang together.", show_default=False)] = None,
    to: Annotated[str | None, typer.Option(
        metavar="KEY", help="With --person: the chain of records that joins it to this key.",
        show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Show a journey as a timeline with the moments that hurt, a person's journeys, or what made
    records one person.

    `journeys explain 7130856982072185753 DIR`

    `journeys explain --person anna@example.org --to "+49 30 123456" DIR`
    """
    from .printing import as_json as dumped

    if person is not None:
        from .person import explain_person
        from .printing_identity import print_person

        found = explain_person(Path(key) if key is not None else folder, person, to)
        typer.echo(dumped(found)) if as_json else print_person(found)
        return
    from .printing import print_explanation
    from .status import explain as explained

    if key is None or not key.lstrip("-").isdigit():
        raise SettingsError("explain", "no key of a journey or person", found=f"'{key or ''}'",
                            allowed="a number that `journeys status` shows",
                            remedy="For a customer's own key: `journeys explain --person KEY`.")
    found = explained(folder, int(key))
    typer.echo(dumped(found)) if as_json else print_explanation(found)


def identity(folder: Project = Path(), as_json: Json = False) -> None:
    """Tell what other policies for shared keys would change: persons, journeys, repeats, FCR.

    Builds persons and journeys once per policy; what is published stays as it is.
    """
    from .printing import as_json as dumped
    from .printing_identity import print_sensitivity
    from .sensitivity import identity_sensitivity

    with progress(enabled=not as_json) as shown:
        found = identity_sensitivity(folder, shown.line, shown.step)
    typer.echo(dumped(found)) if as_json else print_sensitivity(found)


def verify(
    folder: Project = Path(),
    rebuild: Annotated[bool, typer.Option(
        "--rebuild", help="Hold the published tables against a full rebuild.")] = False,
    as_json: Json = False,
) -> None:
    """Hold what is published against a full rebuild from the same records; exit 1 if it differs."""
    from .printing import as_json as dumped
    from .printing_identity import print_verified
    from .verify import verify_rebuild

    if not rebuild:
        raise SettingsError("verify", "nothing is said to verify against", allowed="--rebuild")
    with progress(enabled=not as_json) as shown:
        found = verify_rebuild(folder, shown.line, shown.step)
    typer.echo(dumped(found)) if as_json else print_verified(found)
    if found["differing"]:
        raise typer.Exit(1)


def forget(
    key: Annotated[str, typer.Argument(
        help="A customer number, e-mail, phone or cookie of the person. Where it can mean several: "
             "email:…, phone:…, external_id:…, customer_ref@SOURCE:…")],
    folder: Project = Path(),
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Erase a person everywhere in the project but in landing/, and prove it by a search.

    Their records are blanked, all tables and packs built anew and the files rewritten. Keyed hashes
    keep a re-delivery out. This cannot be undone.
    """
    from .forget import forget as forgotten
    from .printing import as_json as dumped
    from .printing_identity import print_forgotten

    if not yes:
        typer.confirm("Erase this person for good?", abort=True, err=True)
    with progress(enabled=not as_json) as shown:
        found = forgotten(folder, key, shown.line, shown.step)
    typer.echo(dumped(found)) if as_json else print_forgotten(found)
    if found["found"]:
        raise typer.Exit(1)
