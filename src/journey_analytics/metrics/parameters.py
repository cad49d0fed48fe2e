"""Numbers that formulas use: the project's thresholds, and assumptions of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from ..errors import SettingsError, did_you_mean
from ..models import Parameter
from ..settings import Settings, Thresholds
from .ledger import Ledger

_UNITS = ("minutes", "days", "hours", "seconds")


def numbers_of(ledger: Ledger, settings: Settings, given: Mapping[str, float]) -> dict[str, float]:
    """Return every number by its name with the unit in it, those given for this question on top.

    Raises
    ------
    SettingsError
        A given name is none, or its value is not allowed.
    """
    numbers: dict[str, float] = {
        **settings.thresholds.model_dump(),
        **{name: a.value for name, a in ledger.assumptions.items()},
    }
    for name in given:
        if name not in numbers:
            raise SettingsError("--set", "no such number", found=f"'{name}'",
                                remedy=did_you_mean(name, sorted(numbers)))
    try:
        Thresholds.model_validate({k: v for k, v in given.items() if k in Thresholds.model_fields})
    except ValidationError as error:
        first = error.errors()[0]
        raise SettingsError(f"--set {first['loc'][0]}", first["msg"].lower(),
                            found=first["input"]) from None
    return {**numbers, **given}


def parameters_of(numbers: Mapping[str, float], as_of: datetime) -> dict[str, Parameter]:
    """Return the parameters of the SQL: spans of time as intervals and as milliseconds."""
    found: dict[str, Parameter] = {"as_of": as_of}
    for name, value in numbers.items():
        stem, _, unit = name.rpartition("_")
        if unit in _UNITS:
            span: dict[str, Any] = {unit: value}
            found[stem] = timedelta(**span)
            found[f"{stem}_ms"] = round(timedelta(**span).total_seconds() * 1000)
        else:
            found[name] = value
    return found
