"""The appendix: sensitivity to identity rules, survey response, definitions of the ledger."""

from __future__ import annotations

from collections.abc import Callable

from ..metrics.ledger import read_ledger
from . import words
from .asking import Questions, Row
from .model import Appendix, Definition, Policy, ResponseBias, ResponseRate

_DIMENSIONS: dict[str, tuple[str, Callable[[str], str]]] = {
    "all": ("all", lambda value: "all"),
    "queue": ("queue", lambda value: words.queue_name(value) or "no queue"),
    "channel": ("channel", words.channel_name),
    "outcome": ("outcome", words.stage_name),
}


def read_appendix(ask: Questions) -> Appendix:
    """Return what the numbers of the pack rest on."""
    return Appendix(
        tuple(_policy(r) for r in ask.ask("identity_sensitivity")),
        tuple(_rate(r) for r in ask.ask("response_rates")) if ask.knows("response_rates") else (),
        tuple(_bias(r) for r in ask.ask("response_bias")) if ask.knows("response_bias") else (),
        _definitions())


def _policy(row: Row) -> Policy:
    return Policy(
        words.clean(row["policy"]), bool(row["is_set"]), row.number("persons"),
        row.number("journeys"), row.number("shared_keys"),
        row.number("repeat_rate", "percent", n=row["contacts"]),
        row.number("fcr", "percent", n=row["contacts"]))


def _rate(row: Row) -> ResponseRate:
    dimension, name = _DIMENSIONS[str(row["dimension"])]
    return ResponseRate(
        words.clean(row["instrument"]), dimension, name(str(row["value"])), row.number("asked"),
        row.number("answered"),
        row.number("rate", "percent", n=row["asked"], interval=row["rate"] is not None))


def _bias(row: Row) -> ResponseBias:
    reweighted = row["reweighted"] is not None
    return ResponseBias(
        words.clean(row["instrument"]), row.number("answered_journeys"), row.number("journeys"),
        row.number("observed", "fine_points", interval=True),
        row.number("reweighted", "fine_points", interval=reweighted),
        row.number("tipping_mean", "fine_points"), row.number("tipping_loss", "fine_points"))


def _definitions() -> tuple[Definition, ...]:
    """Return the entries of the numbers that a pack prints: those of published pain points."""
    return tuple(
        Definition(m.id, m.name, m.sentence, v.numerator, v.denominator)
        for m in read_ledger().metrics.values() for v in [m.variant()] if v.is_published)
