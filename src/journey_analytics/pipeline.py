"""The way of the data, step by step. Read this file first.

    landing files -> records -> canonical tables -> identity -> touchpoints -> sessions, journeys
    -> moments -> pain points -> published warehouse -> pack

``STEPS`` below is that list; ``run`` walks it. The Prefect flow walks the same list.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from . import absences, audit_log, calendars, runner, settings_tables, snapshots, spark, workshop
from .contracts import TABLES
from .engines import DuckDBEngine, ParquetTables
from .errors import DataError, JourneyError, SettingsError
from .gates import Gatekeeper
from .history import check_clock, prepare_history, write_history
from .identity import bridges, connected_components, segments, share_secret, spellings
from .learning import SOLVERS as LEARNED
from .learning import emotion_lexicon
from .models import Parameter, load_models
from .monitoring import SOLVERS as MONITORED
from .monitoring import inputs as monitoring_inputs
from .monitoring.actions import read_actions
from .monitoring.progress import publish_progress
from .nights import PREPARED, Night, compact, fingerprint, keep, may_continue, prepare_night
from .settings import Settings, load, secret_of
from .sources import names
from .sources.adapters import Adapter, adapters_of
from .sources.blanked import count_blanked
from .sources.canonical import (
    PRIMARY_TIME,
    build_canonical,
    contact_reach,
    quarantine_hint,
    source_reach,
)
from .sources.expired import erase_old, retention_limit
from .sources.records import ingest, prepare_state
from .stored_words import share_words

Progress = Callable[[str], None]
#: A state file with more than this share of free blocks is written anew.
WORN_STATE = 0.25


def quotes(texts: pa.Table) -> pa.Table:
    """Redact what could be quoted."""
    from .pack.quotes import quotes as redacted  # the pack is imported when needed

    return redacted(texts)


SOLVERS: dict[str, runner.Solver] = {
    **LEARNED,
    **MONITORED,
    "bridges": bridges,
    "connected_components": connected_components,
    "quotes": quotes,
}
GIVEN = frozenset((*TABLES, "customer_keys", "never_link", *settings_tables.GIVEN,
                   *emotion_lexicon.GIVEN,
                   *absences.GIVEN, *segments.GIVEN, *names.GIVEN, *workshop.GIVEN,
                   *monitoring_inputs.GIVEN))


@dataclass(slots=True)
class Run:
    """One run of a project: what its steps share.

    Attributes
    ----------
    problems
        What went wrong with single files or sources. The rest is published all the same.
    seconds
        Time each step took.
    full
        Whether to build everything anew, even where a night could go on from the last one.
    accept
        Sources whose new files are taken unseen by the gates.
    night
        What is rebuilt tonight; None: everything.
    as_of
        The time up to which the contact sources are complete. No model reads the clock.
    tables
        Where Spark builds the models; None: the run's own database does.
    """

    project: Path
    settings: Settings
    adapters: dict[str, list[Adapter]]
    engine: DuckDBEngine
    progress: Progress
    started_at: datetime
    asked_as_of: datetime | None = None
    as_of: datetime = datetime(1970, 1, 1)
    params: dict[str, Parameter] = field(default_factory=dict)
    problems: list[JourneyError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    built: list[runner.Built] = field(default_factory=list)
    full: bool = False
    accept: tuple[str, ...] = ()
    mark: str = ""
    night: Night | None = None
    records_new: int = 0
    promises_held: int = 0
    packs: list[Path] = field(default_factory=list)
    tables: ParquetTables | None = None

    @property
    def pack(self) -> Path | None:
        """Return the page of the first pack that was written."""
        return self.packs[0] if self.packs else None


def ingest_files(run: Run) -> None:
    """Landing files become records; what cannot be read is refused or quarantined."""
    check_clock(run.engine, run.started_at, run.full)
    prepare_state(run.engine)
    report = ingest(run.engine, run.project, run.settings, run.adapters, run.progress)
    run.records_new = report.records_new
    run.problems += report.problems


def build_canonical_tables(run: Run) -> None:
    """Records become tickets, calls, messages, surveys and events, with an account of each."""
    share_secret(run.engine, secret_of(run.project))
    judge = Gatekeeper(run.engine, run.settings, run.adapters, run.accept).judge
    run.problems += build_canonical(
        run.engine, run.settings, run.adapters, run.progress, run.full, judge)


def set_as_of(run: Run) -> None:
    """Decide up to when the contact sources are complete, and hand settings to the models."""
    reached = contact_reach(run.engine, run.started_at)
    if not reached:
        told = [quarantine_hint(run.engine), *(str(p) for p in run.problems)]
        details = "\n".join(t for t in told if t)
        raise DataError(str(run.project), "no usable record in any source", hint=details,
                        remedy="See `journeys check`.")
    run.as_of = _as_of(run, reached)
    limit = retention_limit(run.as_of, run.settings.privacy.keep_days)
    prepare_history(run.engine)
    if limit and erase_old(run.engine, limit):
        run.problems += build_canonical(run.engine, run.settings, run.adapters, run.progress)
    lexicons = emotion_lexicon.load_lexicons(run.project)
    run.params = {**settings_tables.parameters(run.settings, run.as_of),
                  "phrase_pattern": lexicons.pattern}
    first = min(t for t in _first_times(run.engine) if t)
    shared = {**settings_tables.tables(run.settings, first, run.as_of), **lexicons.tables}
    for name, table in shared.items():
        run.engine.register(name, table)
    _share_never_link(run)
    names.share_record_names(run.engine)
    share_words(run.engine, run.settings)
    held_true, problems = workshop.tables(run.project, run.settings, run.engine.words)
    watched, bad_lines = monitoring_inputs.tables(run.project, run.settings, run.engine.words,
                                                  first, run.as_of)
    for name, table in {**held_true, **watched}.items():
        run.engine.register(name, table)
    run.problems += problems + bad_lines
    abilities = run.engine.rows(
        "SELECT source, bool_or(outcome = 'transferred_out' OR transfer_kind IS NOT NULL) "
        "FROM state.calls GROUP BY source ORDER BY source")
    abilities += absences.share_abilities(
        run.engine, run.params, run.as_of, run.settings.thresholds.coverage_gap_days)
    abilities += calendars.library_versions(run.settings.calendars)
    declared, warnings = segments.share_segments(run.engine, run.project, run.settings)
    abilities += declared
    run.warnings += warnings
    abilities += lexicons.words
    run.mark = fingerprint(run.settings, secret_of(run.project), run.engine.words, abilities)


def plan_night(run: Run) -> None:
    """Find the persons whose rows have to be rebuilt; where in doubt, everyone's."""
    published = warehouse_file(run.project)
    if not run.full and run.tables is None and may_continue(
            run.engine, published, run.mark, run.as_of):
        run.night = prepare_night(run.engine, load_models(), run.params)
        run.progress(f"{run.night.persons:,} persons, {run.night.units:,} units")


def build_models(run: Run) -> None:
    """Canonical tables become persons, touchpoints, journeys, moments and pain points."""
    if run.tables is None:
        run.built = runner.build(run.engine, work(run), run.progress)
    else:
        run.built = spark.build(
            run.engine, run.tables, run.settings.machine, work(run), run.progress)
    actions, problems = read_actions(run.project, workshop.moment_kinds(), run.engine.words)
    publish_progress(run.engine, run.settings, actions, run.as_of)
    run.problems += problems


def work(run: Run) -> runner.Work:
    """Return what the models of a run are given."""
    if run.night is None:
        return runner.Work(run.params, SOLVERS, GIVEN)
    return runner.Work(run.params, SOLVERS, GIVEN, frozenset(TABLES), frozenset(PREPARED))


def audit_promises(run: Run) -> None:
    """Hold every promise against what was built; a broken one stops the run here."""
    run.promises_held = runner.audit(run.engine, work(run))


def redact_quotes(run: Run) -> None:
    """Offer redacted quotes for approval; what is published of them is their ids."""
    from .pack.quotes import offer_quotes

    run.problems += offer_quotes(run.engine, run.project)


def publish(run: Run) -> None:
    """Note the run, and replace last night's warehouse, all or nothing."""
    warnings = [*run.warnings, *(p.public for p in run.problems)]
    run_no = write_history(
        run.engine, run.settings.sources, run.started_at, run.as_of, run.records_new,
        run.promises_held, warnings, run.night is not None)
    size = compact(run.engine, run.night)
    keep(run.engine, run.night, run_no, run.mark, run.as_of, size)
    # What was erased must not stay in freed blocks, also of a run that was killed.
    blanked = count_blanked(run.engine)
    swept = int(run.engine.value("SELECT coalesce(max(records), 0) FROM state.swept"))
    is_worn = blanked > swept or run.engine.free_share() > WORN_STATE
    erased_after = int(run.engine.value("SELECT coalesce(max(run_no), 0) FROM state.erasures"))
    snapshots.keep(run.engine.folder)
    run.engine.publish(warehouse_file(run.project))
    if run.tables is not None:
        run.tables.publish({"run_no": run_no, "as_of": f"{run.as_of}"})
    audit_log.write(run.project, "run", run_no=run_no, as_of=f"{run.as_of}",
                    records_new=run.records_new, problems=len(run.problems))
    snapshots.prune(run.engine.folder, run.settings.nights.keep_snapshots, erased_after)
    if is_worn:
        run.engine.rewrite_state(blanked)


def write_pack(run: Run) -> None:
    """Draft the evidence packs anew from what was published."""
    from .pack import build_packs  # draws with Plotly: imported when needed
    from .pack.erasing import give_up_old

    give_up_old(run.project, run.settings, run.as_of, SOLVERS)
    run.packs, problems = build_packs(run.project, run.settings, SOLVERS)
    run.problems += problems


Step = Callable[[Run], None]
StepBegins = Callable[[str, str], None]
#: The steps, in order: name, what the user reads while it runs, function.
STEPS: tuple[tuple[str, str, Step], ...] = (
    ("ingest", "reading landing files", ingest_files),
    ("canonical", "building canonical tables", build_canonical_tables),
    ("as_of", "setting the time up to which sources are complete", set_as_of),
    ("plan", "finding who is affected", plan_night),
    ("models", "building journeys, moments and pain points", build_models),
    ("audit", "holding promises", audit_promises),
    ("quotes", "redacting what could be quoted", redact_quotes),
    ("publish", "publishing the warehouse", publish),
    ("pack", "writing the pack", write_pack),
)


def start(
    project: Path, progress: Progress = lambda line: None, as_of: datetime | None = None,
    full: bool = False, warehouse: Path | None = None, accept: tuple[str, ...] = (),
) -> Run:
    """Check a project's settings and open its warehouse for a run, or another one in its place."""
    settings = load(project)
    for name in accept:
        if name not in settings.sources:
            raise SettingsError("--accept", "no such source", found=f"'{name}'",
                                allowed=", ".join(settings.sources))
    adapters = adapters_of(project, settings)
    folder = warehouse or project / "warehouse"
    started_at = datetime.now(UTC)
    is_spark = settings.machine.engine == "spark" and warehouse is None
    tables = spark.tables_of(settings.machine, folder.resolve(), started_at) if is_spark else None
    engine = DuckDBEngine(folder.resolve(), settings.machine.memory_limit,
                          settings.machine.threads)
    return Run(project, settings, adapters, engine, progress, started_at,
               as_of or settings.project.as_of, full=full, accept=accept, tables=tables)


def finish(run: Run) -> None:
    """Close the warehouse, whatever happened."""
    run.engine.close()


def run_project(
    project: Path, progress: Progress = lambda line: None,
    step_begins: StepBegins = lambda name, title: None,
    as_of: datetime | None = None, full: bool = False, accept: tuple[str, ...] = (),
) -> Run:
    """Run every step of a project.

    Parameters
    ----------
    progress
        Called with lines of detail.
    step_begins
        Called with name and title of each step before it runs.
    as_of
        Overrides the settings' ``as_of``.
    full
        Build everything anew instead of going on from the last run.
    accept
        Sources whose new files are taken unseen by the gates.
    """
    run = start(project, progress, as_of, full, accept=accept)
    try:
        for name, title, step in STEPS:
            step_begins(name, title)
            began = time.perf_counter()
            step(run)
            run.seconds[name] = time.perf_counter() - began
    finally:
        finish(run)
    return run


def warehouse_file(project: Path) -> Path:
    """Return the published warehouse of a project."""
    return project / "warehouse" / "journeys.duckdb"


def _as_of(run: Run, reached: dict[str, datetime]) -> datetime:
    """Return the time up to which all contact sources reach, but those that are stale."""
    gatekeeper = Gatekeeper(run.engine, run.settings, run.adapters)
    stale = gatekeeper.judge_reach(source_reach(run.engine, run.started_at))
    reached = {name: last for name, last in reached.items() if name not in stale} or reached
    for name in sorted(stale):
        run.warnings.append(f"source '{name}' is stale: it has brought nothing new for longer than "
                            "[gates].stale_days allows, and no longer holds back as_of")
    if run.asked_as_of is not None:
        given = run.asked_as_of
        return given.astimezone(UTC).replace(tzinfo=None) if given.tzinfo else given
    as_of = min(reached.values())
    ahead = max(reached.values()) - as_of
    if ahead > timedelta(days=2):
        late = min(reached, key=lambda name: reached[name])
        run.warnings.append(
            f"source '{late}' ends {ahead.days} days before the others: as_of is held back to "
            f"{as_of:%Y-%m-%d %H:%M} UTC and later records wait")
    return as_of


def _first_times(engine: DuckDBEngine) -> list[datetime | None]:
    return [engine.value(f"SELECT min({time}) FROM state.{table}")
            for table, time in PRIMARY_TIME.items()]


def _share_never_link(run: Run) -> None:
    """Tell the models which keys the settings keep from linking, and the user which are nowhere."""
    hashes: list[int] = []
    for number, text in enumerate(run.settings.identity.never_link, 1):
        keys = [k.hash for k in spellings(run.engine, run.settings, [text])]
        listed = ", ".join(str(h) for h in keys) or "NULL"
        if not run.engine.value(
                f"SELECT count(*) FROM state.customer_keys WHERE key_hash IN ({listed})"):
            run.warnings.append(f"[identity].never_link: entry {number} is on no record")
        hashes += keys
    run.engine.register("never_link", pa.table({"key_hash": pa.array(hashes, pa.int64())}))
