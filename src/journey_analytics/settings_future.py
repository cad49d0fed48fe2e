"""``future.toml``: what the journey shall be like, as constraints that data can be held against."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pydantic import Field, ValidationError, model_validator

from .errors import JourneyError, SettingsError, did_you_mean
from .settings import place
from .settings_calendars import Strict

FILE_NAME = "future.toml"
_UNITS = {"seconds": 1_000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}
_FIELDS = ("name", "time_to", *(f"within_{u}" for u in _UNITS), "moment", "at_most")


class Constraint(Strict):
    """``[[constraints]]``: a time that shall not pass, or moments of a kind there shall not be.

    ``time_to``: ``answer`` (each wait in a queue of the journey), ``confirmation`` (from the first
    written request to our first word), ``resolution`` (from the first contact to the end).
    """

    name: str = Field(min_length=1, max_length=120)
    time_to: Literal["answer", "confirmation", "resolution"] | None = None
    within_seconds: int | None = Field(None, ge=1, le=86_400)
    within_minutes: int | None = Field(None, ge=1, le=10_080)
    within_hours: int | None = Field(None, ge=1, le=8_784)
    within_days: int | None = Field(None, ge=1, le=366)
    moment: str | None = None
    at_most: int | None = Field(None, ge=0, le=1_000)

    @property
    def limits_ms(self) -> list[int]:
        """Return the times that are given, in milliseconds."""
        return [size * value for unit, size in _UNITS.items()
                if (value := getattr(self, f"within_{unit}")) is not None]

    @model_validator(mode="after")
    def _one_question(self) -> Constraint:
        is_time = self.time_to is not None and len(self.limits_ms) == 1 \
            and self.moment is None and self.at_most is None
        is_count = self.moment is not None and self.at_most is not None \
            and self.time_to is None and not self.limits_ms
        if not is_time and not is_count:
            raise ValueError("give time_to and one of within_seconds, within_minutes, "
                             "within_hours, within_days; or moment and at_most")
        return self


def read_future(
    folder: Path, kinds: Collection[str]
) -> tuple[list[Constraint], list[JourneyError]]:
    """Return the constraints of a project that data can be held against, and what is wrong else.

    Parameters
    ----------
    kinds
        Kinds of moments.
    """
    path = folder / FILE_NAME
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [], []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [], [SettingsError(str(path), f"not valid TOML: {error}")]
    listed = raw.pop("constraints", [])
    problems: list[JourneyError] = [
        SettingsError(place(folder, name, file=FILE_NAME), f"unknown setting '{name}'",
                      allowed="[[constraints]]") for name in raw]
    found: dict[str, Constraint] = {}
    for number, values in enumerate(listed if isinstance(listed, list) else [listed]):
        where = place(folder, "constraints", str(number), file=FILE_NAME)
        try:
            constraint = Constraint.model_validate(values)
        except ValidationError as error:
            problems += [_explain(where, dict(e)) for e in error.errors()]
            continue
        if constraint.moment is not None and constraint.moment not in kinds:
            problems.append(SettingsError(
                where, "no such kind of moment", found=f"'{constraint.moment}'",
                allowed=", ".join(sorted(kinds)),
                remedy=did_you_mean(constraint.moment, sorted(kinds))))
        elif constraint.name in found:
            problems.append(SettingsError(where, "two constraints have this name",
                                          found=f"'{constraint.name}'"))
        else:
            found[constraint.name] = constraint
    return list(found.values()), problems


def future_table(constraints: Collection[Constraint]) -> pa.Table:
    """Return constraints in the shape the SQL models read them."""
    schema = pa.schema([
        ("constraint_no", pa.int32()), ("name", pa.string()), ("measure", pa.string()),
        ("kind", pa.string()), ("limit_ms", pa.int64()), ("at_most", pa.int32())])
    return pa.Table.from_pylist([
        {"constraint_no": number, "name": c.name, "measure": c.time_to or "moment",
         "kind": c.moment, "limit_ms": next(iter(c.limits_ms), None), "at_most": c.at_most}
        for number, c in enumerate(constraints, 1)], schema=schema)


def _explain(where: str, problem: dict[str, Any]) -> SettingsError:
    name = ".".join(str(p) for p in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return SettingsError(where, f"unknown setting '{name}'", allowed=", ".join(_FIELDS),
                             remedy=did_you_mean(name, list(_FIELDS)))
    if problem["type"] == "missing":
        return SettingsError(where, f"'{name}' is missing")
    message = str(problem["msg"]).removeprefix("Value error, ")
    return SettingsError(where, f"{name}: {message}" if name else message,
                         found="" if not name else repr(problem["input"]))
