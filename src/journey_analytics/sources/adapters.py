"""Adapters: one SELECT per vendor export and canonical table, with a header that is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from sqlglot import exp
from sqlglot.optimizer.scope import traverse_scope

from ..contracts import TABLES, Table
from ..errors import JourneyError, SettingsError, did_you_mean, raise_all
from ..models import DIALECT, parse, read_header, sql_folder, tables_read
from ..settings import FILE_NAME, Settings, place
from ..settings_sources import is_delimiter
from .references import Reference, read_reference

#: Columns every stream has beside the file's own.
STREAM_COLUMNS = ("record_key", "row_id", "extract_date")
_UNITS = ("ms", "s", "minutes", "hh:mm:ss")
_FORMATS = ("csv", "ndjson", "json", "pages", "parquet", "xlsx", "qualtrics", "xes")
_HINTS = ("format", "delimiter", "header", "columns", "records", "null", "sheet")
_HINT = re.compile(r'(\w+)=(?:"([^"]*)"|(\S+))')
_HEADER_WORDS = ("adapter", "table", "grain", "unit", "inputs", "stream", "times", "units",
                 "optional", "ignore", "refers")


@dataclass(frozen=True, slots=True)
class Stream:
    """How the files of one stream are read. ``format`` empty: told by the file's name.

    Attributes
    ----------
    records
        Place of the array of records in a JSON document.
    null
        Texts that mean NULL.
    sheet
        Name of a workbook's sheet; empty: the first.
    """

    format: str = ""
    delimiter: str = ""
    header: bool = True
    columns: tuple[str, ...] = ()
    records: str = ""
    null: tuple[str, ...] = ()
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Adapter:
    """One adapter file, parsed.

    Attributes
    ----------
    required
        Columns by stream that a file must have.
    optional
        Columns by stream that read as NULL where a file lacks them.
    times
        Time format by column; the entry ``""`` is the adapter's default.
    units
        Unit by duration column.
    ignore
        By stream: rule name to the condition that leaves a record out.
    lookups
        Streams whose records only add columns to another stream's rows.
    references
        How records name rows of look-ups: what a new row of a look-up changes.
    """

    path: Path
    table: Table
    query: exp.Query
    unit: str
    streams: Mapping[str, Stream]
    required: Mapping[str, tuple[str, ...]]
    optional: Mapping[str, tuple[str, ...]]
    times: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    ignore: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    lookups: frozenset[str] = frozenset()
    references: tuple[Reference, ...] = ()

    def references_to(self, lookup: str) -> list[Reference]:
        """Return how its records name rows of a look-up; none: nobody said."""
        return [r for r in self.references if r.lookup == lookup]


def unit_column(adapter: Adapter) -> str:
    """Return the key column of a canonical row's unit: rows of one unit are rebuilt together."""
    column = adapter.table.column(adapter.unit)
    if column is not None and column.type == "reference":
        stem = column.name.removesuffix("_id")
        return f"coalesce({stem}_key, row_key)"
    return "row_key"


def adapters_of(project: Path, settings: Settings) -> dict[str, list[Adapter]]:
    """Return the adapters of every configured source.

    Raises
    ------
    SettingsError
        No source is declared, or adapters are missing or not usable: all told at once.
    """
    if not settings.sources:
        raise SettingsError(str(project / FILE_NAME), "no sources are declared",
                            remedy="Add a [sources.NAME] section, as docs/adapters.md shows.")
    found: dict[str, list[Adapter]] = {}
    problems: dict[str, JourneyError] = {}
    for name, source in settings.sources.items():
        try:
            found[name] = find_adapters(source.adapter, project,
                                        place(project, "sources", name, "adapter"))
        except JourneyError as error:
            problems[str(error)] = error  # sources that share an adapter share its problem
    raise_all(list(problems.values()))
    return found


def find_adapters(name: str, project: Path, where: str) -> list[Adapter]:
    """Return the adapters of that name, file by file: the project's own, then the shipped ones.

    A project's file stands for the shipped file of the same name; the others stay.

    Parameters
    ----------
    where
        The setting that names the adapter.

    Raises
    ------
    SettingsError
        No such adapter, or one that is not usable.
    """
    folders = (own_folder(project), sql_folder() / "sources")
    paths: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob(f"{name}.*.sql")):
            paths.setdefault(path.name, path)
    if not paths:
        known = sorted({p.name.split(".")[0] for f in folders for p in f.glob("*.*.sql")})
        raise SettingsError(
            where, "no such adapter", found=f"'{name}'", allowed=", ".join(known),
            remedy=did_you_mean(name, known) or f"Write it as adapters/{name}.<table>.sql.")
    adapters = [load_adapter(p) for p in paths.values()]
    _check_hints(adapters)
    return adapters


def own_folder(project: Path) -> Path:
    """Return where a project keeps its own adapters."""
    return project / "adapters"


def stream_hints(stream: str, adapters: list[Adapter]) -> Stream:
    """Return the reading hints of a stream: those of the first adapter that gives any."""
    hints = [a.streams[stream] for a in adapters if stream in a.streams]
    return next((h for h in hints if h != Stream()), Stream())


def _check_hints(adapters: list[Adapter]) -> None:
    """Raise where two files of one folder want the same stream read in different ways."""
    for adapter in adapters:
        beside = [a for a in adapters if a.path.parent == adapter.path.parent]
        for stream, hints in adapter.streams.items():
            if hints not in (Stream(), stream_hints(stream, beside)):
                raise SettingsError(
                    str(adapter.path), f"its siblings read the stream '{stream}' otherwise",
                    remedy="Give the same '-- stream:' line in each file of the adapter.")


def load_adapter(path: Path) -> Adapter:
    """Read one adapter file and check it against the contract of its table."""
    text = path.read_text(encoding="utf-8")
    parts = path.name.split(".")
    if len(parts) != 3 or parts[1] not in TABLES:
        raise SettingsError(
            str(path), "an adapter is named <adapter>.<table>.sql", found=path.name,
            allowed=", ".join(TABLES), remedy=did_you_mean(parts[1], list(TABLES)),
        )
    headers = _header(path, text, adapter=parts[0], table=parts[1])
    table = TABLES[parts[1]]
    query = parse(path, text)
    _check_columns(path, query, table)
    streams = {name: Stream() for name in _words(headers.get("inputs", ("records",)))}
    for entry in headers.get("stream", ()):
        name, stream = _stream(path, entry)
        streams[name] = stream
    unknown = sorted(tables_read(query) - set(streams))
    if unknown:
        raise SettingsError(str(path), "reads a stream the header does not name",
                            found=", ".join(unknown), allowed=", ".join(sorted(streams)),
                            remedy="Name it in '-- inputs:'.")
    optional = _by_stream(path, headers.get("optional", ()), streams)
    ignore = _ignore(path, headers.get("ignore", ()), streams)
    read = _columns_read(path, query, streams)
    for name, rules in ignore.items():
        for rule in rules.values():
            tested = parse(path, f"select 1 from x where {rule}").find_all(exp.Column)
            read[name] += [c.name for c in tested if c.name not in read[name]]
    unit = headers.get("unit", (table.key[0],))[0]
    named = table.column(unit)
    if named is None or (named.type != "reference" and unit not in table.key):
        references = [c.name for c in table.columns if c.type == "reference"]
        raise SettingsError(
            str(path), "'-- unit:' is neither a key nor a reference", found=f"'{unit}'",
            allowed=", ".join(dict.fromkeys((*table.key, *references))))
    return Adapter(
        path=path, table=table, query=query, unit=unit,
        streams=streams, required={
            name: tuple(c for c in columns
                        if c not in STREAM_COLUMNS and c not in optional.get(name, ()))
            for name, columns in read.items()
        },
        optional=optional, times=_times(headers.get("times", ()), table),
        units=_units(path, headers.get("units", ()), table),
        ignore=ignore,
        lookups=frozenset(n for n, columns in read.items() if "record_key" not in columns),
        references=tuple(read_reference(path, entry, set(streams))
                         for entry in headers.get("refers", ())),
    )


def _header(path: Path, text: str, **named: str) -> dict[str, tuple[str, ...]]:
    """Return the header's entries: comments from the top to the first bare ``--``.

    Parameters
    ----------
    named
        What the file's name says, by header word: the header must agree.
    """
    lines = list(takewhile(lambda line: line.startswith("--") and line.strip() != "--",
                           text.splitlines()))
    for number, line in enumerate(lines, 1):
        word = re.match(r"--\s*(\w+)\s*:", line)
        if word and word[1] not in _HEADER_WORDS:
            raise SettingsError(
                f"{path}:{number}", "unknown line in the header", found=f"'{word[1]}'",
                allowed=", ".join(_HEADER_WORDS),
                remedy=did_you_mean(word[1].lower(), list(_HEADER_WORDS))
                or "Put remarks under a line with nothing but '--'.")
    headers = read_header(path, "\n".join(lines)) if lines else {}
    for name in ("adapter", "table", "grain", "inputs"):
        if name not in headers:
            raise SettingsError(str(path), f"the header lacks '-- {name}:'",
                                remedy="Add it at the top; see docs/adapters.md.")
    for name, wanted in named.items():
        if headers[name] != (wanted,):
            raise SettingsError(str(path), f"'-- {name}:' does not agree with the file's name",
                                found=f"'{', '.join(headers[name])}'", allowed=f"'{wanted}'",
                                remedy="Correct the one or the other.")
    return headers


def _check_columns(path: Path, query: exp.Query, table: Table) -> None:
    names = query.named_selects
    known = [c.name for c in table.columns]
    for name in names:
        if name not in known and name not in ("record_key", "record_keys"):
            raise SettingsError(str(path), f"'{table.name}' has no such column", found=f"'{name}'",
                                remedy=did_you_mean(name, known))
    if "record_key" not in names and "record_keys" not in names:
        raise SettingsError(
            str(path), "does not say which record a row comes from",
            remedy="Add r.record_key, or list(r.record_key) as record_keys where rows are grouped.",
        )
    missing = [c.name for c in table.columns if c.required and c.name not in names]
    if missing:
        raise SettingsError(str(path), f"'{table.name}' needs more columns",
                            found=", ".join(missing), remedy="Add them to the SELECT.")


def _stream(path: Path, entry: str) -> tuple[str, Stream]:
    name, _, rest = entry.partition(" ")
    options = {word: quoted or bare for word, quoted, bare in _HINT.findall(rest)}
    if (_HINT.sub("", rest).strip() or set(options) - set(_HINTS)
            or options.get("format", "csv") not in _FORMATS):
        raise SettingsError(str(path), f"stream '{name}' has an unknown hint", found=entry,
                            allowed=", ".join(f"{h}=…" for h in _HINTS))

    def listed(word: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in options.get(word, "").split(",") if part.strip())

    delimiter = options.get("delimiter", "").replace("\\t", "\t")
    if delimiter and not is_delimiter(delimiter):
        raise SettingsError(str(path), f"not a usable delimiter of stream '{name}'",
                            found=repr(delimiter), allowed="one character, \\t for a tab")
    return name, Stream(
        options.get("format", ""), delimiter,
        options.get("header", "true") != "false", listed("columns"), options.get("records", ""),
        listed("null"), options.get("sheet", ""))


def _columns_read(
    path: Path, query: exp.Query, streams: Mapping[str, Stream]
) -> dict[str, list[str]]:
    """Return the columns the query takes from each stream, by alias."""
    found: dict[str, list[str]] = {name: [] for name in streams}
    for scope in traverse_scope(query):
        sources = {
            alias: source.name
            for alias, source in scope.sources.items()
            if isinstance(source, exp.Table) and source.name in streams
        }
        for column in scope.columns:
            only = next(iter(sources), "") if len(scope.sources) == 1 else ""
            alias = column.table or only
            stream = sources.get(alias)
            if stream and column.name not in found[stream]:
                found[stream].append(column.name)
        for star in (s for s in getattr(scope.expression, "selects", []) if s.is_star):
            of = star.find(exp.Column)
            if sources and (of is None or of.table in sources):
                raise SettingsError(str(path), "takes all columns of a stream with *",
                                    remedy="Name each column, so that a missing one is noticed.")
    return found


def _by_stream(
    path: Path, entries: tuple[str, ...], streams: Mapping[str, Stream]
) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for entry in entries:
        for stream, quoted, bare in re.findall(r'(\w+)\.(?:"([^"]+)"|(\w+))', entry):
            if stream not in streams:
                raise SettingsError(str(path), "'-- optional:' names no stream", found=stream)
            found.setdefault(stream, []).append(quoted or bare)
    return {stream: tuple(columns) for stream, columns in found.items()}


def _times(entries: tuple[str, ...], table: Table) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        first, _, rest = entry.partition(" ")
        column = table.column(first)
        if column is not None and rest:
            found[first] = rest.strip().strip("'")
        else:
            found[""] = entry.strip().strip("'")
    return found


def _units(path: Path, entries: tuple[str, ...], table: Table) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in entries:
        for pair in entry.split(","):
            name, _, unit = pair.strip().partition(" ")
            column = table.column(name)
            if column is None or column.type != "duration" or unit not in _UNITS:
                raise SettingsError(str(path), "'-- units:' not understood", found=pair.strip(),
                                    allowed=f"a duration column and {', '.join(_UNITS)}")
            found[name] = unit
    return found


def _ignore(
    path: Path, entries: tuple[str, ...], streams: Mapping[str, Stream]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for entry in entries:
        match = re.fullmatch(r"(\w+)\.(\w+):\s*(.+)", entry)
        if not match or match[1] not in streams:
            raise SettingsError(str(path), "'-- ignore:' not understood", found=entry,
                                allowed="<stream>.<rule>: <condition>")
        parse(path, f"select 1 from x where {match[3]}")
        found.setdefault(match[1], {})[match[2]] = match[3]
    return found


def _words(entries: tuple[str, ...]) -> list[str]:
    return [w for entry in entries for w in re.split(r"[,\s]+", entry) if w]


def condition(text: str) -> str:
    """Return an ignore rule's condition as SQL from the syntax tree."""
    query = parse(Path("ignore"), f"select 1 from x where {text}")
    where = query.args["where"]
    return str(where.this.sql(dialect=DIALECT))
