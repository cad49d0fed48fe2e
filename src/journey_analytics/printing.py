"""What the command line prints: tables and sentences for people, JSON for machines."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.table import Table

OUT = Console(highlight=False, emoji=False)


def as_json(value: Any) -> str:
    """Return JSON; times in ISO 8601 with Z, whole keys as text (JavaScript would round them)."""
    return json.dumps(_plain(value), indent=2, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: str(v) if k.endswith("_key") and v is not None else _plain(v)
                for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    return value.isoformat() if isinstance(value, date) else value


def command(*words: object) -> str:
    """Return a command line of ``journeys`` that can be pasted, markup escaped."""
    return escape(shlex.join(["journeys", *map(str, words)]))


def local(moment: datetime | None, zone: str, form: str = "%Y-%m-%d %H:%M") -> str:
    """Return a UTC time as the clock on the wall showed it."""
    if moment is None:
        return "–"
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).strftime(form)


def duration(milliseconds: int | None) -> str:
    """Return a span of time in the unit people would say it in."""
    if milliseconds is None:
        return ""
    seconds = milliseconds / 1000
    for limit, size, unit in ((90, 1, "s"), (5400, 60, "min"), (172800, 3600, "h")):
        if seconds < limit:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds / 86400:,.0f} days"


def grid(*columns: str, right: tuple[str, ...] = (), title: str = "") -> Table:
    """Return an empty table in the one style of the command line."""
    table = Table(title=title or None, title_justify="left", title_style="bold", box=None,
                  pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left",
                         overflow="fold")
    return table


def print_pain_points(worst: list[dict[str, Any]], pain_points: int) -> None:
    """Print the worst pain points as a table, or say that there is none."""
    if not worst:
        OUT.print("No pain point reaches the smallest group shown.")
        return
    basis = worst[0]["basis"]
    by_score = basis != "customer hours lost"
    lost = f"{basis} points lost" if by_score else basis
    table = grid("#", "what hurts", "reason", "where", "persons", "effect ±95 %", "lost",
                  right=("#", "persons", "effect ±95 %", "lost"),
                  title=f"Worst {len(worst)} of {pain_points} pain points, by {lost}")
    for p in worst:
        effect = ""
        if p["difference"] is not None:
            half = p["difference_high"] - p["difference"]
            effect = f"{p['difference']:+.1f} ± {half:.1f}"
        table.add_row(str(p["rank"]), escape(p["title"]), escape(p["reason"]),
                      escape(f"{p['queue']}, {p['channel']}"),
                      f"{p['persons_hit']:,} ({p['frequency']:.0%})", escape(effect),
                      f"{p['burden']:,.0f}")
    OUT.print(table)
    for p in worst:
        if p["worse_rank"] is not None:
            OUT.print(f"#{p['rank']} happens mostly in the journeys of #{p['worse_rank']}: "
                      "do not count both.", style="dim")
    if by_score:
        OUT.print("effect: score with it minus score without it, same reason; entry channel, first "
                  "queue, month and earlier moments held fixed. Association, not proof.",
                  style="dim")


def print_status(status: dict[str, Any]) -> None:
    """Print the one screen of ``journeys status``."""
    zone = status["timezone"]
    run = status["last_run"]
    head = grid("", "")
    head.show_header = False

    def line(name: str, text: str) -> None:
        head.add_row(f"[bold]{name}[/bold]", text)

    def listed(counts: dict[str, int]) -> str:
        return ", ".join(f"{n:,} {escape(str(k))}" for k, n in counts.items()) or "none"

    ignored = sum(status["records_ignored"].values())
    for row in status["gates"]:
        if row["outcome"] == "stale":
            OUT.print(f"[bold red]stale[/bold red]   source {row['source']}: its newest row is of "
                      f"{row['subject']} UTC", soft_wrap=True)
        elif row["outcome"] == "refused":
            OUT.print(f"[bold red]stale[/bold red]   source {row['source']}: its new files are "
                      f"kept out (gate {row['gate']}, {escape(row['subject'] or '')}); see "
                      "warnings", soft_wrap=True)
    if status["rolled_back_from"]:
        OUT.print(f"[bold red]rolled back[/bold red] from run {status['rolled_back_from']}",
                  soft_wrap=True)
    line("project", f"{escape(status['project'])} ({escape(status['folder'])})")
    line("last run", f"no. {run['run_no']}, published {local(run['published_at'], zone)} {zone}; "
                     f"{run['records_new']:,} new records; {run['promises_held']} promises held")
    line("as of", f"{local(status['as_of'], zone)} {zone}")
    line("rows in", f"{status['rows_in']:,} = {status['records_used']:,} used + {ignored:,} "
                    f"ignored + {status['records_quarantined']:,} quarantined"
                    + (f" + {status['records_dropped']:,} dropped"
                       if status["records_dropped"] else "")
                    + f" + {status['rows_unreadable']:,} unreadable")
    line("ignored", listed(status["records_ignored"]))
    if status["waiting"]:
        line("waiting", f"{listed(status['waiting'])}: later than as of")
    line("persons", listed(status["persons"]))
    line("contacts", f"{status['contacts']:,} that count; excluded: "
                     f"{listed(status['contacts_excluded'])}; "
                     f"{status['reasons_unstated']:,} without a reason")
    line("journeys", f"{listed(status['journeys'])}; {status['touchpoints']:,} touchpoints in "
                     f"{status['sessions']:,} sessions")
    whole = {k: n for k, n in status["moments"].items() if k not in status["parents"]}
    parts = {f"{k} (in {status['parents'][k]})": n for k, n in status["moments"].items()
             if k in status["parents"]}
    line("moments", listed(whole))
    line("", listed(parts))
    line("pain points", f"{status['pain_points']:,}")
    OUT.print(head)
    OUT.print()
    print_pain_points(status["worst"], status["pain_points"])
    if status["quarantine"]:
        OUT.print("\n[bold]Quarantined[/bold]")
        for row in status["quarantine"][:5]:
            OUT.print(f"{row['records']:>6,}  {escape(row['source'])}: {escape(row['rule'])}. "
                      f"{escape(row['remedy'])}", overflow="ellipsis", no_wrap=True)
        more = len(status["quarantine"]) - 5
        if more > 0:
            OUT.print(f"        and {more} more rules: journeys status --json", style="dim")
    OUT.print()
    for warning in status["warnings"]:
        OUT.print(f"[yellow]warning[/yellow] {escape(warning)}", soft_wrap=True)
    for trigger in status["triggers"]:
        OUT.print(f"[bold]trigger[/bold] {trigger['rule'].replace('_', ' ')}: "
                  f"{escape(trigger['evidence'])}", soft_wrap=True)
    for action in status["actions"]:
        OUT.print(f"[bold]action[/bold]  {escape(action['action'])} {action['verdict']}: "
                  f"{escape(action['what'])}", soft_wrap=True)
    for blind in status["blind"]:
        OUT.print(f"[bold]blind[/bold]   {blind['subject']}: {blind['because']}")
    if not status["warnings"] and not status["blind"]:
        OUT.print("No warnings, nothing blind.")
    if status["worth_explaining"]:
        OUT.print("\nWorth a look:")
    for key in status["worth_explaining"]:
        OUT.print(f"    {command('explain', key, status['folder'])}", soft_wrap=True)


def print_explanation(found: dict[str, Any]) -> None:
    """Print a journey as a timeline with its moments, or a person's journeys."""
    zone = found["timezone"]
    if "person" in found:
        person = found["person"]
        OUT.print(f"Person {person['person_key']} ({person['person_kind']}), "
                  f"{person['contacts']} contacts, {person['touchpoints']} touchpoints, first seen "
                  f"{local(person['first_seen_at'], zone)} {zone}")
        table = grid("journey", "reason", "started", "contacts", "status",
                      right=("contacts",))
        for j in found["journeys"]:
            table.add_row(str(j["journey_key"]), escape(j["reason"]),
                          local(j["started_at"], zone), str(j["contacts"]), j["journey_status"])
        OUT.print(table)
        return
    journey = found["journey"]
    OUT.print(f"Journey {journey['journey_key']} of person {journey['person_key']}: "
              f"{escape(journey['reason'])}, {journey['journey_status']} "
              f"({journey['status_rule']})", soft_wrap=True)
    moments: dict[int, list[str]] = {}
    for m in found["moments"]:
        lost = f", {duration(m['lost_ms'])}" if m["lost_ms"] is not None else ""
        variant = f" ({m['variant']})" if m["variant"] not in (None, "unknown") else ""
        moments.setdefault(m["anchor_key"], []).append(f"{m['title']}{variant}{lost}")
    last_day = ""
    for t in found["touchpoints"]:
        day = local(t["started_at"], zone, "%a %d %b %Y")
        if day != last_day:
            OUT.print(f"\n[bold]{day}[/bold]")
            last_day = day
        what = t["kind"].replace("_", " ") + (f" {t['activity']}" if t["activity"] else "")
        where = f", {t['queue']}" if t["queue"] else ""
        OUT.print(f"  {local(t['started_at'], zone, '%H:%M')}  {t['channel']:<8}"
                  f"{t['actor']:<9} {t['step'].replace('_', ' '):<10}"
                  f"{escape(what)}{escape(where)}", soft_wrap=True)
        # A moment of a whole contact is shown at the contact's first touchpoint.
        for key in dict.fromkeys((t["touchpoint_key"], t["contact_key"])):
            for moment in moments.pop(key, []):
                OUT.print(f"         [red]▸ {escape(moment)}[/red]", soft_wrap=True)
    OUT.print(f"\nTimes in {zone}.", style="dim")


def print_check(report: dict[str, Any]) -> None:
    """Print what a run would find."""
    OUT.print(f"[bold]What a run of {escape(report['project'])} would read[/bold]")
    for s in report["sources"]:
        OUT.print(f"\n[bold]{s['source']}[/bold]  {s['files']:,} files, {s['file_rows']:,} rows; "
                  f"times without an offset: {s['timezone']}")
        for name, t in s["tables"].items():
            OUT.print(f"    {t['rows']:,} {name}, {t['first']:%Y-%m-%d} to {t['last']:%Y-%m-%d}")
        fates = [f"{n:,} {escape(fate)}" for fate, n in s["fates"].items()
                 if not fate.startswith("quarantined")]
        if s["rows_unreadable"]:
            fates.append(f"{s['rows_unreadable']:,} unreadable")
        OUT.print(f"    records: {', '.join(fates) or 'none usable'}", soft_wrap=True)
        reasons = s["reasons"]
        if reasons["asked"]:
            unmapped = (f"; {reasons['unmapped'] / reasons['stated']:.0%} of these have no "
                        f"[reasons] entry" if reasons["stated"] else "")
            OUT.print(f"    reasons: stated by {reasons['stated'] / reasons['asked']:.0%} of "
                      f"{reasons['asked']:,} contacts{unmapped}", markup=False, soft_wrap=True)
        if s["own_adapters"]:
            OUT.print(f"    your own: {escape(', '.join(s['own_adapters']))}", soft_wrap=True)
    if report["faults"]:
        OUT.print()
        OUT.print("[bold]Would go to quarantine[/bold]")
        for f in report["faults"]:
            OUT.print(f"{f['records']:>6,}  {escape(f['first_place'])}: {escape(f['rule'])}. "
                      f"{escape(f['remedy'])}", soft_wrap=True)
    reasons = report["reasons"]
    if reasons["unmapped"]:
        share = reasons["unmapped"] / reasons["stated"]
        words = ", ".join(f"{escape(w)} ({n:,})" for w, n in reasons["unmapped_words"].items())
        OUT.print(f"\n{share:.0%} of stated reasons have no \\[reasons] entry and stay as they "
                  f"are: {words}", soft_wrap=True)
    for name, what, kept in (
        ("stages", "reasons, events and pages", "'support' for a contact, 'usage' for a visit"),
        ("steps", "events and pages", "'search'"),
    ):
        found = report[name]
        if found["unmapped"]:
            words = ", ".join(f"{escape(w)} ({n:,})" for w, n in found["unmapped_words"].items())
            OUT.print(f"\n{found['unmapped'] / found['asked']:.0%} of {found['asked']:,} {what} "
                      f"have no \\[{name}] entry and are {kept}: {words}", soft_wrap=True)
    for remark in report["remarks"]:
        OUT.print(f"[bold]note[/bold] {escape(remark)}", soft_wrap=True)
    for problem in report["problems"]:
        OUT.print(f"[red]problem[/red] {escape(problem)}", soft_wrap=True)
    if not report["problems"]:
        OUT.print("\nNo file and no source would be refused.")
