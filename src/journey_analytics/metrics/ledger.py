"""The definition ledger: what each printed number is, read from ``sql/metrics/*.toml``.

An entry is a definition and the query at once: the SQL expressions that are printed in the docs are
the ones that run, over the facts beside them (``sql/metrics/*.sql``). So the two cannot differ.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import SettingsError, did_you_mean
from ..models import Model, load_model, sql_folder


@dataclass(frozen=True, slots=True)
class Variant:
    """One formula of a metric.

    Attributes
    ----------
    facts
        The rows it counts over: a file in ``sql/metrics``.
    booked_at
        The time that says in which period a row counts.
    measure
        How rows become a number: share, mean, ratio, p50, p90, max, count, sum, persons, survival,
        net (and its reweighted and tipping forms), entropy, opportunity, drivers, published.
    numerator, denominator
        The formula in words.
    numerator_sql
        What is counted, averaged or added up, over columns of the facts.
    excluded
        (rule, SQL): rows left out, and counted, by the first rule that holds.
    mature_sql
        Whether a row's window has run out; if not, it is left out and counted as immature.
    rows_sql
        The facts that the metric is about at all.
    components
        Sums shown beside the number; of the measure drivers, the drivers.
    needs
        Canonical tables without which the metric is blind.
    blind_subject
        It is blind too where ``blind_spots`` has this subject.
    beside
        Metrics that are always printed with it, ``metric`` or ``metric/variant``.
    is_fitted
        Its weights are fitted to a survey where enough answered.
    by
        What it is split by when nobody asks otherwise.
    published
        Columns of the published table ``facts`` that the entry defines.
    """

    id: str
    sentence: str
    facts: str
    booked_at: str
    measure: str
    unit: str
    direction: str
    time_basis: str
    numerator: str
    denominator: str
    numerator_sql: str = "true"
    denominator_sql: str = ""
    against_sql: str = ""
    event_sql: str = ""
    given_sql: str = ""
    value_sql: str = ""
    responded_sql: str = ""
    rows_sql: str = ""
    mature_sql: str = ""
    interval: str = ""
    excluded: tuple[tuple[str, str], ...] = ()
    components: Mapping[str, str] = field(default_factory=dict)
    strata: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    needs_automation: bool = False
    blind_subject: str = ""
    is_fitted: bool = False
    beside: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    published: tuple[str, ...] = ()

    @property
    def is_published(self) -> bool:
        """Whether it stands in a published table instead of being computed when asked for."""
        return self.measure == "published"

    def expressions(self) -> list[str]:
        """Return every SQL expression of the formula."""
        named = [getattr(self, f.name) for f in fields(self) if f.name.endswith("_sql")]
        return [e for e in (*named, *(sql for _, sql in self.excluded), *self.components.values())
                if e]


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry: a number that may be printed, with its variants, the default first."""

    id: str
    chapter: str
    name: str
    sentence: str
    source: str
    note: str
    variants: Mapping[str, Variant]

    def variant(self, name: str | None = None) -> Variant:
        """Return a variant by name, the default without one."""
        if name is None:
            return next(iter(self.variants.values()))
        if name not in self.variants:
            raise SettingsError(f"metric '{self.id}'", "no such variant", found=f"'{name}'",
                                allowed=", ".join(self.variants),
                                remedy=did_you_mean(name, list(self.variants)))
        return self.variants[name]


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number that formulas use and that no threshold of the settings holds."""

    id: str
    value: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """All definitions."""

    metrics: Mapping[str, Metric]
    assumptions: Mapping[str, Assumption]

    def metric(self, name: str) -> Metric:
        """Return an entry; a number without one must not be printed."""
        if name not in self.metrics:
            raise SettingsError("the definition ledger", "no such metric", found=f"'{name}'",
                                remedy=did_you_mean(name, sorted(self.metrics))
                                or "`journeys metrics` lists them.")
        return self.metrics[name]

    def find(self, name: str) -> Variant:
        """Return the variant that ``metric`` or ``metric/variant`` names."""
        metric, _, variant = name.partition("/")
        return self.metric(metric).variant(variant or None)


_OF_METRIC = ("name", "sentence", "source")
_LISTS = ("strata", "parameters", "needs", "beside", "by", "published")
_OF_VARIANT = frozenset(f.name for f in fields(Variant)) - {"id"}


@cache
def read_ledger(folder: Path | None = None) -> Ledger:
    """Read every chapter of the ledger.

    Raises
    ------
    SettingsError
        An entry lacks something, has an unknown key, or two have the same id.
    """
    metrics: dict[str, Metric] = {}
    assumptions: dict[str, Assumption] = {}
    for path in sorted((folder or sql_folder() / "metrics").glob("*.toml")):
        try:
            raw = tomllib.loads(path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(str(path), f"not valid TOML: {error}") from None
        for name, entry in raw.get("parameters", {}).items():
            assumptions[name] = Assumption(name, entry["value"], entry["sentence"])
        for name, entry in raw["metrics"].items():
            if name in metrics:
                raise SettingsError(str(path), f"metric '{name}' stands twice")
            metrics[name] = _metric(path, raw["chapter"], name, entry)
    return Ledger(metrics, assumptions)


def _metric(path: Path, chapter: str, name: str, entry: dict[str, Any]) -> Metric:
    where = f"{path}: metric '{name}'"
    own = {k: v for k, v in entry.items() if k != "variants"}
    missing = [k for k in _OF_METRIC if not own.get(k)]
    if missing or not entry.get("variants"):
        raise SettingsError(where, "the entry lacks something",
                            found=", ".join(missing) or "no variant")
    shared = {k: v for k, v in own.items() if k not in ("name", "source", "note", "sentence")}
    variants = {v: _variant(where, v, {**shared, **more})
                for v, more in entry["variants"].items()}
    return Metric(name, chapter, own["name"], own["sentence"], own["source"],
                  own.get("note", ""), variants)


def _variant(where: str, name: str, values: dict[str, Any]) -> Variant:
    unknown = sorted(set(values) - _OF_VARIANT)
    if unknown:
        raise SettingsError(f"{where}, variant '{name}'", "unknown key", found=unknown[0],
                            remedy=did_you_mean(unknown[0], sorted(_OF_VARIANT)))
    values = {**values, **{k: tuple(values[k]) for k in _LISTS if k in values}}
    values["excluded"] = tuple((rule, sql) for rule, sql in values.get("excluded", ()))
    try:
        return Variant(id=name, **values)
    except TypeError as error:
        raise SettingsError(f"{where}, variant '{name}'", f"the entry lacks something: {error}"
                            ) from None


@cache
def facts_model(name: str) -> Model:
    """Return the query that makes the facts of that name."""
    return load_model(sql_folder() / "metrics" / f"{name}.sql")
