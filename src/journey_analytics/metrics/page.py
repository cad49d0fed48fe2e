"""The ledger as a page of the docs. ``journeys metrics --markdown`` prints it."""

from __future__ import annotations

from .ledger import Ledger, Metric, Variant

_HEAD = """# Metrics

Every number this project prints is defined here. The page is generated from the definition ledger,
`sql/metrics/*.toml`, by `journeys metrics --markdown`; the expressions are the ones that run, over
the facts in `sql/metrics/*.sql`.

How to read it: a row of the facts counts under the first rule that leaves it out, or in the
denominator. What is left out is counted by rule. A row whose window has not run out at `as_of` is
*immature*: left out, and its share printed. What no connected source could have shown is *blind*,
not zero. Shares have Wilson intervals, means Student's, quantiles order statistics, all at 95 %.
Rows of one person are not independent, so persons are the clusters of every interval: those of
shares, quantiles and curves are widened by their design effect. Groups below `[privacy] min_group`
persons are counted and not shown, nor is the smallest group beside such a one, which a total would
give away; answers to several questions can still be combined. No metric can be split by agent.

`$name` is a threshold of `journeys.toml` or an assumption below; `--set NAME=VALUE` uses another
one.
"""


def ledger_page(ledger: Ledger) -> str:
    """Return the whole ledger as Markdown."""
    parts = [_HEAD]
    for chapter in dict.fromkeys(m.chapter for m in ledger.metrics.values()):
        parts.append(f"\n## {chapter}\n")
        parts += ["\n" + metric_section(m) for m in ledger.metrics.values()
                  if m.chapter == chapter]
    parts.append("\n## Assumptions\n\n| name | value | |\n|---|---|---|\n")
    parts += [f"| `{a.id}` | {a.value:g} | {a.sentence} |\n" for a in ledger.assumptions.values()]
    return "".join(parts)


def metric_section(metric: Metric, only: Variant | None = None) -> str:
    """Return one entry as Markdown, with all its variants or the one asked for."""
    first = metric.variant()
    lines = [f"### {metric.name} (`{metric.id}`)", "", metric.sentence, "",
             f"- Unit: {first.unit}; {first.direction}; time: {first.time_basis}; "
             f"booked at `{first.booked_at}`"]
    if first.beside:
        lines.append("- Always printed beside it: " + ", ".join(f"`{b}`" for b in first.beside))
    if first.needs:
        lines.append("- Needs: " + ", ".join(first.needs))
    lines.append(f"- Source: {metric.source}")
    if metric.note:
        lines.append(f"- Note: {metric.note}")
    lines.append("")
    for variant in [only] if only else metric.variants.values():
        lines += _variant(variant, variant is first)
    return "\n".join(lines)


def _variant(variant: Variant, is_default: bool) -> list[str]:
    if variant.is_published:
        names = ", ".join(f"`{name}`" for name in variant.published)
        return [f"**{variant.id}**{' (default)' if is_default else ''}: {variant.sentence}",
                f"- stands in `{variant.facts}` ({names}): {variant.numerator} / "
                f"{variant.denominator}", ""]
    lines = [f"**{variant.id}**{' (default)' if is_default else ''}: {variant.sentence}",
             f"- {variant.measure} of `{variant.facts}`: {variant.numerator} / "
             f"{variant.denominator}"]
    for label, sql in (("about", variant.rows_sql), ("counts", variant.numerator_sql),
                       ("against", variant.against_sql), ("over", variant.denominator_sql),
                       ("ends when", variant.event_sql), ("given", variant.given_sql),
                       ("answered", variant.responded_sql), ("mature", variant.mature_sql)):
        if sql and sql != "true":
            lines.append(f"- {label} `{sql}`")
    lines += [f"- left out, {rule}: `{sql}`" for rule, sql in variant.excluded]
    if variant.strata:
        lines.append("- strata: " + ", ".join(variant.strata))
    if variant.components:
        lines.append("- with " + ", ".join(variant.components))
    return [*lines, ""]
