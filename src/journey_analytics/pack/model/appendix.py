"""What the numbers rest on: who counts as one customer, who answered, how metrics are defined."""

from __future__ import annotations

from dataclasses import dataclass

from ..claims import Number


@dataclass(frozen=True, slots=True)
class Policy:
    """What other rules for shared keys would make of the same records."""

    name: str
    is_set: bool
    persons: Number
    journeys: Number
    shared_keys: Number
    repeat_rate: Number
    fcr: Number


@dataclass(frozen=True, slots=True)
class ResponseRate:
    """Of those asked, how many answered; without ``asked`` no source tells who was."""

    instrument: str
    dimension: str
    name: str
    asked: Number
    answered: Number
    rate: Number


@dataclass(frozen=True, slots=True)
class ResponseBias:
    """Mean scores as observed and reweighted, and how different the silent would have to be."""

    instrument: str
    answered: Number
    journeys: Number
    observed: Number
    reweighted: Number
    tipping_mean: Number
    tipping_loss: Number


@dataclass(frozen=True, slots=True)
class Definition:
    """An entry of the definition ledger that the pack prints."""

    id: str
    name: str
    sentence: str
    numerator: str
    denominator: str


@dataclass(frozen=True, slots=True)
class Appendix:
    """What the numbers of the pack rest on."""

    policies: tuple[Policy, ...]
    response_rates: tuple[ResponseRate, ...]
    response_bias: tuple[ResponseBias, ...]
    definitions: tuple[Definition, ...]
