"""The view: some journeys of a publication, and every question one call away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from html import escape
from pathlib import Path

import pandas as pd

from ..engines import Explored
from ..errors import DataError, SettingsError
from ..settings import Settings, load
from . import exporting, measured, paths, points, times, waits
from .chart import Chart
from .choosing import Filter, by_keys, by_period, by_words, check_word
from .counting import COUNTED

Day = str | date


def open(project: str | Path = "demo") -> View:
    """Open what the last run of a project published, read-only.

    A run neither waits for it nor disturbs it: the view keeps the publication it opened.

    Parameters
    ----------
    project
        Folder with ``journeys.toml``.

    Returns
    -------
    View
        All journeys of the publication.

    Raises
    ------
    DataError
        Nothing is published there yet.
    SettingsError
        The folder is no project.
    """
    folder = Path(project)
    if folder.is_file():
        raise SettingsError(str(folder), "a file", allowed="the folder with journeys.toml")
    settings = load(folder)
    warehouse = Explored(folder / "warehouse" / "journeys.duckdb")
    last = warehouse.dicts("SELECT * FROM runs ORDER BY run_no DESC LIMIT 1")[0]
    return View(warehouse, warehouse, settings, folder, last["as_of"], last["published_at"],
                tuple(last["warnings"] or ()))


@dataclass(frozen=True, slots=True)
class View:
    """Some journeys of a publication: all of them, or those that filters picked.

    Filters chain, and pick whole journeys: ``.channel("chat")`` keeps every touchpoint of the
    journeys that have a contact on chat. They run in the database. Questions return a
    ``Chart``: a figure, and as ``.data`` the frame behind it. Frames have one row per group;
    shares are 0 to 1 with 95 % intervals (``_low``, ``_high``) that take persons as clusters;
    times are UTC unless a column says otherwise. In questions, groups of fewer persons than
    ``[privacy] min_group`` are folded into ``other`` or left out and counted; ``table`` and ``sql``
    return rows as they are.

    Attributes
    ----------
    as_of
        The time up to which the sources are complete, UTC.
    published_at
        When the run published it, UTC.
    warnings
        What was wrong with single files or sources.
    filters
        The filters that hold, in words.
    """

    warehouse: Explored
    whole: Explored
    settings: Settings
    folder: Path
    as_of: datetime
    published_at: datetime
    warnings: tuple[str, ...]
    _filters: tuple[Filter, ...] = ()

    @property
    def filters(self) -> tuple[str, ...]:
        """The filters that hold, in words."""
        return tuple(f.said for f in self._filters)

    @property
    def zone(self) -> str:
        """The project's time zone: its days and hours are those of periods and heat maps."""
        return self.settings.project.timezone

    @property
    def min_group(self) -> int:
        """Fewest persons of a group that questions show."""
        return self.settings.privacy.min_group

    def _with(self, more: Filter) -> View:
        filters = (*self._filters, more)
        values = {name: value for f in filters for name, value in f.values.items()}
        narrowed = self.whole.narrowed(" AND ".join(f.condition for f in filters), values)
        return replace(self, warehouse=narrowed, _filters=filters)

    def _by(self, name: str, words: Sequence[str]) -> View:
        return self._with(by_words(self.whole, name, words, len(self._filters)))

    def period(self, since: Day | None = None, until: Day | None = None) -> View:
        """Keep journeys that began from ``since`` on and before ``until``: days of the project."""
        return self._with(by_period(since, until, self.zone, len(self._filters)))

    def reason(self, *words: str) -> View:
        """Keep journeys of these reasons, or families of reasons."""
        return self._by("reason", words)

    def persona(self, *words: str) -> View:
        """Keep journeys of persons with these personas, by id, label or lasting name."""
        return self._by("persona", words)

    def channel(self, *words: str) -> View:
        """Keep journeys with a contact on one of these channels."""
        return self._by("channel", words)

    def queue(self, *words: str) -> View:
        """Keep journeys that met one of these queues."""
        return self._by("queue", words)

    def with_moment(self, *kinds: str) -> View:
        """Keep journeys with a moment of one of these kinds (table ``moment_kinds``)."""
        return self._by("with_moment", kinds)

    def with_switch(self, from_channel: str, to_channel: str, kind: str | None = None) -> View:
        """Keep journeys that went from one channel to another.

        Parameters
        ----------
        kind
            directed (we asked for it), forced (the first way did not work) or chosen; None: any.
        """
        return self._with(points.by_switch(self.whole, from_channel, to_channel, kind,
                                           len(self._filters)))

    def status(self, *words: str) -> View:
        """Keep journeys that are open, given_up or resolved."""
        return self._by("status", words)

    def journeys(self, keys: int | Iterable[int]) -> View:
        """Keep these journeys.

        Parameters
        ----------
        keys
            A ``journey_key``, several, or a frame's column of them. One that the publication does
            not have is an error.
        """
        return self._with(by_keys(self.whole, keys, len(self._filters)))

    def metrics(self) -> pd.DataFrame:
        """Return the ledger: ``metric``, ``name``, ``unit``, ``variants``, ``meaning``."""
        return measured.metrics()

    def tables(self) -> pd.DataFrame:
        """Return the published tables: ``table``, ``rows``, ``meaning``."""
        return self.whole.meanings()

    def columns(self, table: str) -> pd.DataFrame:
        """Return a table's columns: ``column``, ``type``, ``meaning`` with its unit."""
        self._check_table(table)
        return self.whole.meanings(table)

    def table(self, name: str) -> pd.DataFrame:
        """Return a published table of these journeys (``columns(name)`` says what is in it)."""
        self._check_table(name)
        return self.warehouse.frame(f'FROM "{name}"')

    def _check_table(self, name: str) -> None:
        check_word("view.table()", "no such table", name, list(self.whole.tables()))

    def _check_export(self, table: str) -> None:
        self._check_table(table)
        if not self.warehouse.value("SELECT count(*) FROM journeys"):
            raise SettingsError("export", "nothing to write: no journey passes the filters",
                                found="; ".join(self.filters) or "no filter")

    def sql(self, query: str, values: Mapping[str, object] | None = None) -> pd.DataFrame:
        """Return the rows of a query over the published tables, cut down to these journeys.

        Parameters
        ----------
        query
            One SELECT in DuckDB's dialect. It can change nothing and reach no file.
        values
            Values for ``$name`` in it.
        """
        if not isinstance(query, str) or not self.warehouse.is_question(query):
            raise SettingsError("view.sql()", "not a question", found=repr(query),
                                allowed="one SELECT")
        try:
            return self.warehouse.frame(query, values)
        except DataError as error:
            lines = str(error.__cause__).splitlines()
            hints = [line for line in lines[1:] if "Did you mean" in line or "Candidate" in line]
            raise SettingsError("view.sql()", "the query cannot run", found=lines[0],
                                remedy=hints[0] if hints else "") from None

    def journey_count(self) -> int:
        """Return how many journeys of customers these are."""
        return int(self.warehouse.value(f"SELECT count(*) FROM ({COUNTED})"))

    def metric(
        self, name: str, variant: str | None = None, by: str | Sequence[str] = (),
        since: Day | None = None, until: Day | None = None, **numbers: float,
    ) -> pd.DataFrame:
        """Return a metric of the ledger (``docs/metrics.md``) for these journeys.

        Parameters
        ----------
        by
            Dimensions to split by: queue, channel, reason, day, week, month, …
        since, until
            Days of the time it is booked at, in the project's zone.
        numbers
            Thresholds to use instead of the project's, like ``repeat_window_days=14``.

        Returns
        -------
        pandas.DataFrame
            A column for each dimension, then ``value``, ``low``, ``high`` in ``unit``, ``n``,
            ``persons``, ``journeys``, ``immature`` (rows whose window still runs), ``method``
            (of the interval) and ``blind`` (why nothing can be known).
        """
        return measured.metric(self, name, variant, by, since, until, numbers)

    def flow(self, of: str = "step", places: int = 5, top: int = 7,
             percent_of: str = "all") -> Chart:
        """Return how journeys go on, place by place (Sankey). What enters a node leaves it.

        Parameters
        ----------
        of
            step or channel (neighbours that are the same are one), or activity (each touchpoint).
        places
            Places from the beginning; longer journeys *go on*.
        top
            Words shown by name; the rest is ``other``, always in sight.
        percent_of
            all (journeys) or before (the node a link comes from).

        Returns
        -------
        Chart
            ``data``: ``place``, ``from_activity``, ``to_activity``, ``journeys``, ``persons``,
            ``share``, ``share_low``, ``share_high``.
        """
        return paths.flow(self, of, places, top, percent_of)

    def transitions(self, of: str = "step", top: int = 8) -> Chart:
        """Return how often one activity follows another (graph).

        ``data``: ``from_activity``, ``to_activity``, ``transitions``, ``journeys``, ``persons``,
        ``share`` (of journeys) with interval, ``share_of_from`` (of what follows it).
        """
        return paths.transitions(self, of, top)

    def step_matrix(self, of: str = "step", places: int = 10, top: int = 7) -> Chart:
        """Return the share of journeys in each activity at each place; every place adds up to 1.

        ``data``: ``place``, ``activity`` (``ended``: it was shorter), ``journeys``, ``persons``,
        ``share`` with interval.
        """
        return paths.step_matrix(self, of, places, top)

    def variants(self, of: str = "step", top: int = 12) -> Chart:
        """Return the commonest paths; ``other`` is all that is not shown by name.

        ``data``: ``variant``, ``journeys``, ``persons``, ``share`` with interval.
        """
        return paths.variants(self, of, top)

    def funnel(self, steps: Sequence[str] = ("reach", "handle", "resolve")) -> Chart:
        """Return how many journeys came to each step, in this order.

        ``data``: ``stage``, ``step``, ``journeys``, ``persons``, ``share`` (of all) with interval,
        ``share_of_before``.
        """
        return paths.funnel(self, steps)

    def emotions(self) -> Chart:
        """Return the mean mood by step; kinds and instruments are never pooled.

        ``data``: ``step``, ``kind``, ``instrument``, ``mean`` (-2 to +2) with interval (sandwich
        estimator, persons as clusters), ``touchpoints``, ``persons``.
        """
        return points.emotions(self)

    def timeline(self, key: int) -> Chart:
        """Return the touchpoints and moments of one journey, or of one person's journeys.

        Parameters
        ----------
        key
            A ``journey_key`` or ``person_key``.

        Returns
        -------
        Chart
            ``data``: ``started_at`` (the project's zone), ``journey_key``, ``channel``, ``actor``,
            ``step``, ``kind``, ``activity``, ``queue``, ``moments``.
        """
        return times.timeline(self, key)

    def waits(self, by: str = "queue") -> Chart:
        """Return how long customers wait until they are answered (Kaplan-Meier).

        Who gave up, left the queue or still waits is *censored*: they waited at least so long.

        Parameters
        ----------
        by
            queue, channel, source or reason.

        Returns
        -------
        Chart
            ``data``: the group, ``waited_seconds``, ``still_waiting`` (share) with interval
            (log-log, Greenwood, widened for persons with several), ``at_risk``, ``answered``,
            ``left``.
        """
        return waits.waits(self, by)

    def switches(self) -> Chart:
        """Return from which channel to which customers change.

        ``data``: ``from_channel``, ``to_channel``, ``switches``, ``directed``, ``forced``,
        ``chosen``, ``journeys``, ``persons``, ``share`` (of journeys) with interval.
        """
        return points.switches(self)

    def heat_map(self) -> Chart:
        """Return when contacts begin: hour by weekday of the project's zone.

        ``data``: ``weekday`` (1 is Monday), ``hour``, ``contacts``, ``persons``, ``share`` (of
        contacts) with interval.
        """
        return times.heat_map(self)

    def trend(self, metric: str, variant: str | None = None, period: str = "week",
              by: str | None = None) -> Chart:
        """Return a metric over time with its interval.

        ``data``: as ``metric``, with ``day``, ``week`` or ``month``: its first day.
        """
        return measured.trend(self, metric, variant, period, by)

    def pain_points(self) -> Chart:
        """Return the pain-point matrix: how many persons, how hard. Of all journeys, unfiltered.

        ``data``: table ``pain_points``, ranked ones, with the moment's ``title``.
        """
        return points.pain_points(self)

    def to_parquet(self, path: str | Path, table: str = "touchpoints") -> Path:
        """Write a table of these journeys as Parquet, for its owner alone."""
        self._check_export(table)
        return exporting.to_parquet(self.warehouse, table, path)

    def to_csv(self, path: str | Path, table: str = "touchpoints") -> Path:
        """Write a table of these journeys as CSV; text that a spreadsheet would run is quoted."""
        self._check_export(table)
        return exporting.to_csv(self.warehouse, table, path)

    def to_xes(self, path: str | Path) -> Path:
        """Write these journeys as an XES event log (IEEE 1849), one trace each."""
        self._check_export("journeys")
        return exporting.to_xes(self.warehouse, path)

    def _repr_html_(self) -> str:
        rows = [("as of", f"{self.as_of:%Y-%m-%d %H:%M} UTC"),
                ("published", f"{self.published_at:%Y-%m-%d %H:%M} UTC"),
                ("journeys of customers", f"{self.journey_count():,}"),
                ("filters", "; ".join(self.filters) or "none"),
                *(("warning", warning) for warning in self.warnings)]
        cells = "".join(f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows)
        return f"<table><caption>{escape(str(self.folder))}</caption>{cells}</table>"

    def __repr__(self) -> str:
        count = self.journey_count()
        return (f"<{self.folder}: {f'{count:,}' if count else 'no'} journeys of customers as of "
                f"{self.as_of:%Y-%m-%d %H:%M} UTC; {'; '.join(self.filters) or 'no filter'}; "
                f"{len(self.warnings)} warnings>")

