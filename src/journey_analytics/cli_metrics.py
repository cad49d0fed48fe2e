"""``journeys metrics``: the definition ledger, a metric by groups, or how one comes about."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from .metrics import Ledger, Measured, Question, Value
    from .settings import Settings

_UNIT_WORDS = {"seconds": " s", "hours": " h", "bits": " bits"}


def metrics(
    metric: Annotated[str | None, typer.Argument(
        help="Metric to compute; left out: list them all.", show_default=False)] = None,
    folder: Annotated[Path, typer.Argument(
        metavar="[DIR]", help="Project folder, the one with journeys.toml.",
        show_default="here")] = Path(),
    variant: Annotated[str | None, typer.Option(
        help="Variant of the formula; left out: the first one listed.")] = None,
    by: Annotated[str, typer.Option(
        help="Split by queue, team, channel, reason, reason_family, stage, source, day, week or "
             "month; several with commas.")] = "",
    since: Annotated[datetime | None, typer.Option(
        formats=["%Y-%m-%d"], help="First day, in the project's zone.")] = None,
    until: Annotated[datetime | None, typer.Option(
        formats=["%Y-%m-%d"], help="First day that is no longer in it.")] = None,
    numbers: Annotated[list[str] | None, typer.Option(
        "--set", metavar="NAME=VALUE",
        help="Use another threshold or assumption, like repeat_window_days=14.")] = None,
    explain: Annotated[bool, typer.Option(
        "--explain", help="Print definition, SQL and what was left out.")] = False,
    markdown: Annotated[bool, typer.Option(
        "--markdown", help="Print the ledger as the page of the docs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List the definitions of all metrics, or compute one from what is published.

    `journeys metrics fcr DIR --by queue --variant same_reason --since 2026-01-01`
    """
    from .metrics import Question, parse_numbers, read_ledger
    from .metrics.page import ledger_page

    if markdown:
        typer.echo(ledger_page(read_ledger()), nl=False)
        return
    if metric is None:
        _list(read_ledger(), as_json)
        return
    question = Question(
        metric, variant, tuple(part.strip() for part in by.split(",") if part.strip()),
        since.date() if since else None, until.date() if until else None,
        parse_numbers(numbers or []))
    _answer(folder, question, explain, as_json)


def _answer(folder: Path, question: Question, explain: bool, as_json: bool) -> None:
    from .engines import Published
    from .metrics import Question, examples_of_excluded, measure, read_ledger
    from .pipeline import warehouse_file
    from .settings import load

    ledger = read_ledger()
    definition = ledger.find(_name(question))
    settings = load(folder)
    with Published(warehouse_file(folder)) as warehouse:
        asked = measure(warehouse, settings, question)
        beside = []
        for name in definition.beside:
            metric, _, variant = name.partition("/")
            beside.append((name, measure(warehouse, settings, Question(
                metric, variant or None, (), question.since, question.until,
                question.numbers))))
        left_out = examples_of_excluded(warehouse, settings, question) if explain else []
    if as_json:
        from .printing import as_json as dumped

        found: dict[str, Any] = _plain(asked, settings)
        found["beside"] = [v for _, b in beside for v in _plain(b, settings)["values"]]
        if explain:
            found |= {"definition": asdict(ledger.metric(question.metric)), "sql": asked.sql,
                      "left_out": left_out}
        typer.echo(dumped(found))
        return
    _print(ledger, question, asked, settings)
    for name, measured in beside:
        for value in measured.values:
            _say(f"beside it  {ledger.metric(value.metric).name} ({value.variant}): "
                 f"{_with_interval(value)}, n = {value.n:,}" if not value.blind
                 else f"beside it  {name}: blind, {value.blind}")
    if explain:
        _print_definition(ledger, question, asked.sql, left_out)


def _name(question: Question) -> str:
    return f"{question.metric}/{question.variant}" if question.variant else question.metric


def _plain(asked: Measured, settings: Settings) -> dict[str, Any]:
    return {"values": [asdict(v) for v in asked.values], "min_group": asked.min_group,
            "suppressed_groups": asked.suppressed_groups, "timezone": settings.project.timezone}


def _list(ledger: Ledger, as_json: bool) -> None:
    from .printing import OUT
    from .printing import as_json as dumped

    if as_json:
        typer.echo(dumped({"metrics": [asdict(m) for m in ledger.metrics.values()],
                           "assumptions": [asdict(a) for a in ledger.assumptions.values()]}))
        return
    for chapter in dict.fromkeys(m.chapter for m in ledger.metrics.values()):
        table = _table("metric", "name", "variants, the default first", title=chapter)
        for m in ledger.metrics.values():
            if m.chapter == chapter:
                table.add_row(m.id, m.name, ", ".join(m.variants))
        OUT.print(table)
        OUT.print()
    OUT.print("journeys metrics METRIC [DIR] computes one; with --explain it says how.",
              style="dim")


def _print(ledger: Ledger, question: Question, asked: Measured, settings: Settings) -> None:
    from rich.markup import escape

    from .printing import OUT, local

    metric = ledger.metric(question.metric)
    variant = metric.variant(question.variant)
    groups = list(question.by or variant.by)
    right = ("value", "95 % interval", "n", "persons", "left out", "immature")
    table = _table(*groups, *right, right=right, title=f"{metric.name} ({metric.id}, {variant.id})")
    for v in asked.values:
        if groups and not v.n:
            continue  # everything in it is left out, and counted below
        table.add_row(
            *(escape(v.group.get(g) or "–") for g in groups), "blind" if v.blind else _number(
                v.value, v.unit), _interval(v), f"{v.n:,}", f"{v.persons:,}",
            f"{sum(v.excluded.values()):,}", f"{v.immature:,}")
    OUT.print(table)
    if asked.suppressed_groups:
        noun = "group" if asked.suppressed_groups == 1 else "groups"
        _say(f"{asked.suppressed_groups:,} {noun} cannot be shown: fewer than {asked.min_group} "
             "persons, or the smallest beside such a one, which the total would give away.")
    _say(f"{variant.sentence} {variant.numerator} / {variant.denominator}.")
    for v in asked.values:
        if v.blind:
            _say(f"blind: {v.blind}")
    shown = [v for v in asked.values if v.n]
    if not shown:
        return
    zone = settings.project.timezone
    first = min(v.first_at for v in shown if v.first_at)
    last = max(v.last_at for v in shown if v.last_at)
    rules: dict[str, int] = {}
    for v in asked.values:
        for rule, count in v.excluded.items():
            rules[rule] = rules.get(rule, 0) + count
    methods = " or ".join(dict.fromkeys(v.method for v in shown))
    _say(f"from {local(first, zone)} to {local(last, zone)} {zone}; interval: {methods}")
    if rules:
        _say("left out: " + "; ".join(f"{n:,} {rule}" for rule, n in rules.items()))
    if shown[0].immature_share is not None and any(v.immature for v in shown):
        immature = sum(v.immature for v in shown)
        share = immature / (immature + sum(v.n for v in shown))
        _say(f"immature: {immature:,} ({share:.1%}), their window has not run out")
    if shown[0].parameters:
        _say("with " + ", ".join(f"{k} = {n:g}" for k, n in shown[0].parameters.items()))
    if not groups:
        for name, part in shown[0].detail.items():
            _say(f"  {name} = {part:,.6g}" if isinstance(part, float) else f"  {name} = {part}")
    if metric.note:
        _say(metric.note)


def _print_definition(
    ledger: Ledger, question: Question, sql: str, left_out: list[dict[str, Any]]
) -> None:
    from .metrics.page import metric_section

    metric = ledger.metric(question.metric)
    typer.echo("\n" + metric_section(metric, metric.variant(question.variant)))
    typer.echo("The SQL that ran:\n")
    typer.echo(sql)
    if left_out:
        typer.echo("\nLeft out, with the keys of the first few:\n")
    for row in left_out:
        typer.echo(f"  {row['records']:,}  {row['rule']}: {row['first_keys']}")


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit == "share":
        return f"{100 * value:.2f} %"
    digits = 0 if unit == "count" and float(value).is_integer() else 2
    return f"{value:,.{digits}f}{_UNIT_WORDS.get(unit, '')}"


def _interval(value: Value) -> str:
    if value.low is None and value.high is None:
        return "–"
    scale = 100 if value.unit == "share" else 1
    ends = [f"{scale * e:,.2f}" if e is not None else "?" for e in (value.low, value.high)]
    return f"[{ends[0]}, {ends[1]}]"


def _with_interval(value: Value) -> str:
    interval = _interval(value)
    number = _number(value.value, value.unit)
    return number if interval == "–" else f"{number} {interval}"


def _say(text: str) -> None:
    from rich.markup import escape

    from .printing import OUT

    OUT.print(escape(text), style="dim", soft_wrap=True)


def _table(*columns: str, right: tuple[str, ...] = (), title: str = "") -> Any:
    from rich.table import Table

    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False,
                  header_style="bold")
    for name in columns:
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return table
