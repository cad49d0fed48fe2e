"""``journeys.toml``: what a user declares, checked all at once.

Unknown keys are errors with a suggestion; every problem names file and line.
"""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from .errors import JourneyError, SettingsError, did_you_mean, raise_all
from .settings_calendars import Calendar, Strict, Zone, calendar_problems
from .settings_costs import Costs
from .settings_moments import Channel, Escalations, Expectation, Place, moment_problems
from .settings_monitoring import Triggers
from .settings_nights import Gates, Nights
from .settings_packs import PackScope, pack_problems
from .settings_priorities import Priorities
from .settings_segments import Segments
from .settings_sources import Region, Source
from .settings_stages import STAGES, stage_problems

FILE_NAME = "journeys.toml"
KEY_FILE_NAME = "journeys.key"


class Project(Strict):
    """``[project]``: name, zone of printed times, default phone region, fixed ``as_of``."""

    name: str = "Customer journeys"
    timezone: Zone = "UTC"
    region: Region | None = None
    as_of: datetime | None = None


class Reason(Strict):
    """``[reasons.NAME]``: one contact reason, its family and stage, and the sources' words."""

    family: str
    stage: str | None = None
    match: tuple[str, ...] = ()


class Thresholds(Strict):
    """``[thresholds]``: every number the rules use. Defaults are printed with each pack."""

    session_gap_minutes: int = Field(30, ge=1)
    quiet_window_days: int = Field(7, ge=1)
    repeat_window_days: int = Field(7, ge=1)
    survey_window_days: int = Field(7, ge=1)
    retry_window_hours: int = Field(24, ge=1)
    inherit_window_hours: int = Field(24, ge=1)
    forward_window_minutes: int = Field(15, ge=1)
    same_interaction_minutes: int = Field(30, ge=0)
    clock_skew_seconds: int = Field(120, ge=0)
    opening_window_minutes: int = Field(5, ge=0)
    conversation_gap_hours: int = Field(24, ge=1)
    wait_seconds: int = Field(120, ge=0)
    first_reply_hours: int = Field(24, ge=1)
    hold_seconds: int = Field(120, ge=0)
    silent_wait_hours: int = Field(72, ge=1)
    aftercare_hours: int = Field(72, ge=1)
    resolution_days: int = Field(7, ge=1)
    coverage_gap_days: int = Field(3, ge=1)
    short_abandon_seconds: int = Field(5, ge=0)
    contact_minutes: int = Field(15, ge=1)
    min_scored: int = Field(100, ge=1)

    def parameters(self) -> dict[str, int | timedelta]:
        """Return model parameters: spans of time become intervals named without their unit."""
        units = {"minutes": "minutes", "days": "days", "hours": "hours", "seconds": "seconds"}
        found: dict[str, int | timedelta] = {}
        for name, value in self.model_dump().items():
            stem, _, unit = name.rpartition("_")
            if unit in units:
                found[stem] = timedelta(**{unit: value})
                found[f"{stem}_ms"] = int(timedelta(**{unit: value}).total_seconds() * 1000)
            else:
                found[name] = value
        return found


class Family(Strict):
    """``[families.NAME]``: windows of one reason family, where they differ from [thresholds]."""

    quiet_window_days: int | None = Field(None, ge=1)
    repeat_window_days: int | None = Field(None, ge=1)


#: What makes a key too shared to link, by policy: customer numbers beside a weak key (e-mail,
#: phone, cookie) of one scope, weak keys beside a customer number, calls and tickets that carry it.
POLICIES = {
    "strict": {"strong_ids": 0, "weak_keys": 3, "records": 100},
    "default": {"strong_ids": 1, "weak_keys": 6, "records": 1_000},
    "loose": {"strong_ids": 3, "weak_keys": 50, "records": 10_000},
}


class Identity(Strict):
    """``[identity]``: when a key is shared by too many to link, and keys that never link.

    ``strict`` joins no customer number by e-mail, phone or cookie; ``default`` does where the key
    stands beside one customer number only; ``loose`` lets families be one person. Single limits
    override the policy's.
    """

    policy: Literal["strict", "default", "loose"] = "default"
    strong_ids: int | None = Field(None, ge=0)
    weak_keys: int | None = Field(None, ge=1)
    records: int | None = Field(None, ge=2)
    never_link: tuple[str, ...] = ()

    def limits(self) -> dict[str, int]:
        """Return the limits that hold: more than so many, and a key does not link."""
        own = self.model_dump(include={"strong_ids", "weak_keys", "records"}, exclude_none=True)
        return {**POLICIES[self.policy], **own}


class Privacy(Strict):
    """``[privacy]``: smallest group shown, and how long records are kept after their last news."""

    min_group: int = Field(5, ge=2)
    keep_days: int | None = Field(None, ge=30)


class Machine(Strict):
    """``[machine]``: what a run may use, and which engine builds the models."""

    memory_limit: str = "4GB"
    threads: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    engine: Literal["duckdb", "spark"] = "duckdb"
    spark_master: str = ""
    spark_tables: str = ""


class Settings(Strict):
    """Everything in ``journeys.toml``."""

    project: Project = Project()
    sources: dict[str, Source] = Field(default_factory=dict)
    reasons: dict[str, Reason] = Field(default_factory=dict)
    stages: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    steps: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    calendars: dict[str, Calendar] = Field(default_factory=dict)
    expectations: tuple[Expectation, ...] = ()
    escalations: Escalations = Escalations()
    thresholds: Thresholds = Thresholds()
    families: dict[str, Family] = Field(default_factory=dict)
    channels: dict[Channel, Place] = Field(default_factory=dict)
    queues: dict[str, Place] = Field(default_factory=dict)
    identity: Identity = Identity()
    costs: Costs = Costs()
    priorities: Priorities = Priorities()
    segments: Segments | None = None
    packs: tuple[PackScope, ...] = ()
    privacy: Privacy = Privacy()
    nights: Nights = Nights()
    gates: Gates = Gates()
    triggers: Triggers = Triggers()
    machine: Machine = Machine()


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="JOURNEYS_")
    secret: str = ""


def secret_of(folder: Path) -> bytes:
    """Return the installation's secret, from ``JOURNEYS_SECRET`` or the project's key file.

    The key file is made on first use, readable by its owner only, and lies outside the
    warehouse so that a copied warehouse does not carry it.
    """
    given = _Environment().secret
    if given:
        return given.encode()
    path = folder / KEY_FILE_NAME
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        found = path.read_text().strip()
        if not found:
            raise SettingsError(
                str(path), "the key file is empty", remedy="Restore it from your backup."
            ) from None
        return found.encode()
    with os.fdopen(handle, "w") as file:
        text = secrets.token_hex(32)
        file.write(text + "\n")
    return text.encode()


def load(folder: Path) -> Settings:
    """Read and check ``journeys.toml`` of a project folder.

    Raises
    ------
    SettingsError
        Missing file, broken TOML, or any number of unknown or wrong settings, told at once.
    """
    path = folder / FILE_NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            str(path), "no project here", remedy=f"Make one with `journeys init {folder}`."
        ) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(str(path), f"not valid TOML: {error}") from None
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise_all([_explain(path, text, dict(problem)) for problem in error.errors()])
        raise
    raise_all(_cross_checks(path, text, settings))
    return settings


def _cross_checks(path: Path, text: str, settings: Settings) -> list[JourneyError]:
    problems: list[JourneyError] = []

    def problem(where: tuple[str, ...], what: str, **kwargs: Any) -> None:
        problems.append(SettingsError(_place(path, text, where), what, **kwargs))

    for name, source in settings.sources.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or "__" in name:
            problem(
                ("sources", name), "not a usable source name", found=f"'{name}'",
                allowed="lower-case letters, digits and single underscores",
            )
        for field in ("calls_of", "tickets_of"):
            other = getattr(source, field)
            if other is not None and other not in settings.sources:
                problem(
                    ("sources", name, field), "no such source", found=f"'{other}'",
                    allowed=", ".join(sorted(settings.sources)),
                    remedy=did_you_mean(other, list(settings.sources)),
                )
    seen: dict[str, str] = {}
    for name, reason in settings.reasons.items():
        for word in (name, *reason.match):
            other = seen.setdefault(word.lower(), name)
            if other != name:
                problem(("reasons", name, "match"), f"'{word}' also stands for [reasons.{other}]",
                        remedy="A source's word means one reason.")
        stages = [*STAGES, *settings.stages]
        if reason.stage is not None and reason.stage not in stages:
            problem(("reasons", name, "stage"), "no such stage", found=f"'{reason.stage}'",
                    allowed=", ".join(dict.fromkeys(stages)),
                    remedy=did_you_mean(reason.stage, stages) or "Declare it in [stages].")
    for where, what, details in (
        *calendar_problems(settings.calendars),
        *moment_problems(settings.expectations, settings.calendars),
        *stage_problems(settings.stages, settings.steps),
        *pack_problems(settings.packs, tuple(dict.fromkeys([*STAGES, *settings.stages]))),
    ):
        problem(where, what, **details)
    as_of = settings.project.as_of
    if as_of is not None and as_of.tzinfo is None:
        problem(
            ("project", "as_of"), "a time without a zone", found=f"'{as_of}'",
            remedy="Write it with an offset, for instance 2026-03-31T22:00:00Z.",
        )
    return problems


def _explain(path: Path, text: str, problem: dict[str, Any]) -> JourneyError:
    where = tuple(str(p) for p in problem["loc"] if p not in ("str", "dict[str,str]"))
    place = _place(path, text, where)
    name = ".".join(where)
    if problem["type"] == "extra_forbidden":
        allowed = _fields_beside(where)
        return SettingsError(
            place, f"unknown setting '{name}'", allowed=", ".join(allowed),
            remedy=did_you_mean(where[-1], allowed),
        )
    if problem["type"] == "missing":
        return SettingsError(place, f"'{name}' is missing", remedy=f"Add {where[-1]} = …")
    message = str(problem["msg"]).removeprefix("Value error, ")
    if message.count("|") == 3:
        what, found, allowed_text, hint = message.split("|")
        return SettingsError(place, f"{name}: {what}", found=found, allowed=allowed_text,
                             remedy=hint)
    message = message[0].lower() + message[1:]
    return SettingsError(place, f"{name}: {message}", found=repr(problem["input"]))


def _fields_beside(where: tuple[str, ...]) -> list[str]:
    model: Any = Settings
    for part in where[:-1]:
        field = getattr(model, "model_fields", {}).get(part)
        annotation = field.annotation if field else model
        if getattr(annotation, "__origin__", None) is dict:
            annotation = annotation.__args__[1]
        candidates = [a for a in getattr(annotation, "__args__", ()) if hasattr(a, "model_fields")]
        model = candidates[0] if candidates else annotation
    return sorted(getattr(model, "model_fields", {}))


def place(folder: Path, *where: str, file: str = FILE_NAME) -> str:
    """Return ``file:line`` of a setting of a project."""
    path = folder / file
    return _place(path, path.read_text(encoding="utf-8"), where)


def _place(path: Path, text: str, where: tuple[str, ...]) -> str:
    """Return ``file:line`` of a setting: the deepest part of its name that the file shows."""
    best, table = 0, ""
    seen: Counter[str] = Counter()  # [[headers]] of one name stand more than once
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line)
        key = re.match(r"\s*([\w\"'.-]+)\s*=", line)
        if header:
            table = header[1].replace('"', "").replace("'", "")
            if line.lstrip().startswith("[["):
                seen[table] += 1
                table = f"{table}.{seen[table] - 1}"
            if where[: table.count(".") + 1] == tuple(table.split(".")):
                best = number
        elif key:
            full = f"{table}.{key[1]}" if table else key[1]
            parts = tuple(full.replace('"', "").split("."))
            if where[: len(parts)] == parts:
                return f"{path}:{number}"
    return f"{path}:{best}" if best else str(path)
