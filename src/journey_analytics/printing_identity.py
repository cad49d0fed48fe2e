"""Prints what is told about persons and their keys."""

from __future__ import annotations

from typing import Any

from rich.markup import escape

from .printing import OUT, grid


def print_person(found: dict[str, Any]) -> None:
    """Print how a person hangs together, and the chain between two keys."""
    OUT.print(f"Person {found['person_key']}: {found['units']} calls, tickets, visits and answers; "
              f"{len(found['keys'])} keys that link; {found['density']:.0%} of the links there "
              "could be", soft_wrap=True)
    for name in found["keys"]:
        OUT.print(f"  {escape(name)}", soft_wrap=True)
    if found["bridges"]:
        OUT.print("\nHangs by a single record:", style="bold")
        for bridge in found["bridges"]:
            OUT.print(f"  {escape(' and '.join(bridge['joins']))}, by {escape(bridge['by'])}",
                      soft_wrap=True)
    else:
        OUT.print("No single record holds it together.")
    if "chain" in found:
        OUT.print("\nChain:", style="bold")
        for link in found["chain"]:
            OUT.print(f"  {escape(link['from'])} [dim]{escape(link['because'])}[/dim] "
                      f"{escape(link['to'])}", soft_wrap=True)


def print_sensitivity(found: list[dict[str, Any]]) -> None:
    """Print what each policy would give."""
    table = grid("policy", "persons", "journeys", "most contacts", "shared keys", "repeats",
                 "FCR", right=("persons", "journeys", "most contacts", "shared keys", "repeats",
                               "FCR"),
                 title="Identity sensitivity")
    for row in found:
        table.add_row(
            row["policy"] + (" (set)" if row["is_set"] else ""), f"{row['persons']:,}",
            f"{row['journeys']:,}", f"{row['most_contacts']:,}", f"{row['shared_keys']:,}",
            _percent(row["repeat_rate"]), _percent(row["fcr"]))
    OUT.print(table)
    OUT.print("repeats: contacts that follow another of the same person and reason family in the "
              "repeat window. FCR: contacts with none after them in it.", style="dim")


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.1%}"


def print_verified(found: dict[str, Any]) -> None:
    """Print whether what is published equals the rebuild, and where not."""
    if not found["differing"]:
        OUT.print(f"{found['tables']} tables equal a full rebuild.")
        return
    for table in found["differing"]:
        for side, words in (("only_published", "published"), ("only_rebuilt", "rebuilt")):
            rows = table[side]
            if rows["rows"]:
                OUT.print(f"[bold]{table['table']}[/bold]: {rows['rows']:,} rows only {words}",
                          soft_wrap=True)
                for row in rows["first"]:
                    OUT.print("  " + escape(", ".join(f"{k}={v}" for k, v in row.items())),
                              soft_wrap=True)
    OUT.print(f"{len(found['differing'])} of {found['tables']} tables differ from a full rebuild. "
              "`journeys run --full` builds everything anew.")


def print_forgotten(found: dict[str, Any]) -> None:
    """Print what was erased, what still lies in landing/, and what the search found."""
    if found["was_forgotten"]:
        OUT.print("This person was forgotten before; everything is built anew without them.")
        return
    records = sum(found["records"].values())
    OUT.print(f"Blanked {records:,} records of {found['units']:,} calls, tickets, visits and "
              f"answers; {found['keys']} keys are kept out from now on.")
    searched = found["searched"]
    OUT.print(f"Searched {searched['tables']} tables and {searched['bytes']:,} bytes in "
              f"{searched['files']} files ({searched['free_blocks']} free blocks): "
              + ("nothing of them is left." if not found["found"] else "traces are left:"))
    for place, count in found["found"].items():
        OUT.print(f"  {escape(place)}: {count:,}", style="red")
    if found["files"]:
        OUT.print("\nYour own files still hold them; nothing will read it again:")
        for path in found["files"]:
            OUT.print(f"  {escape(path)}", soft_wrap=True)
