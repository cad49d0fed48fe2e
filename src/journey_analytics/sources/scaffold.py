"""Writes a first adapter for an export nobody has described yet, and its section of the settings.

What the file tells is mapped; what is only likely is marked ``GUESS``, what somebody has to decide
is marked ``TODO``, and ``check`` lists every mark that is left. A file of a shape that a shipped
adapter knows gets a copy of that adapter instead, to be changed.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..contracts import TABLES, VOCABULARIES, Column, Table
from ..errors import SettingsError, did_you_mean
from ..models import sql_folder
from ..settings import FILE_NAME, Settings, load
from .adapters import Adapter, load_adapter, own_folder
from .arriving import literal, quoted
from .manifest import extract_date
from .meanings import ColumnFacts
from .sniff import Known, Sniffed, sniff
from .vocabulary import word_for

_MARK = re.compile(r"--\s*(TODO|GUESS)\b:?\s*(.*)")
#: Meanings by canonical column, where a table calls it otherwise.
_OTHER_NAMES: dict[str, dict[str, tuple[str, ...]]] = {
    "calls": {"started_at": ("created_at",), "outcome": ("status",)},
    "messages": {"occurred_at": ("created_at",), "text": ("body", "comment")},
    "channel_events": {"occurred_at": ("created_at",), "intent": ("contact_reason",)},
    "surveys": {"answered_at": ("answered_at", "created_at"), "comment": ("comment", "body")},
}
#: What a required column is where the file does not say: the value, and why it may be wrong.
_ASSUMED = {
    ("tickets", "status"): ("'open'", "TODO: which column tells the status?"),
    ("tickets", "channel"): ("'other'", "TODO: how did customers get in touch?"),
    ("tickets", "opened_by"): ("'customer'", "GUESS: the customer opened it"),
    ("messages", "channel"): ("'other'", "TODO: how did the message come?"),
    ("messages", "direction"): ("'in'", "TODO: 'in' from the customer, 'out' to the customer"),
    ("messages", "actor"): ("'customer'", "TODO: customer, agent, bot or system"),
    ("calls", "leg_kind"): ("'agent'", "GUESS: each row is a talk with an agent"),
    ("calls", "direction"): ("'inbound'", "GUESS: customers called"),
    ("calls", "channel"): ("'voice'", ""),
    ("calls", "outcome"): ("'answered'", "TODO: which calls were given up by the customer?"),
    ("surveys", "metric"): ("'other'", "TODO: nps, csat or ces"),
    ("surveys", "status"): ("'complete'", "GUESS: each row is an answer"),
    ("channel_events", "channel"): ("'web'", "GUESS: web, app, bot, …"),
    ("channel_events", "event_type"): ("'custom'", "TODO: page_view, search, help_view, …"),
}


@dataclass(frozen=True, slots=True)
class Scaffolded:
    """What was written, and what is left to do."""

    adapters: tuple[Path, ...]
    settings: Path
    landing: Path
    copied_from: str
    marks: tuple[str, ...]


def new_source(project: Path, name: str, file: Path, table: str) -> Scaffolded:
    """Write ``adapters/NAME.TABLE.sql`` and ``[sources.NAME]`` for a file.

    The file is copied to ``landing/NAME/`` unless it lies in the project already.

    Raises
    ------
    SettingsError
        No project, a name in use or not usable, a table that is none.
    """
    settings = load(project)
    _check_name(project, settings, name, table)
    found = sniff(file)
    landing = _landed(project, name, file)
    known = next((k for k in found.known if table in k.tables), None)
    marks: list[str] = []
    if known is not None:
        paths = _copy_shipped(project, name, known)
        section = _section(name, found, _files_of(known, landing.relative_to(project)))
    else:
        text, marks = write_adapter(name, TABLES[table], found)
        paths = [own_folder(project) / f"{name}.{table}.sql"]
        paths[0].parent.mkdir(exist_ok=True)
        paths[0].write_text(text, encoding="utf-8")
        load_adapter(paths[0])
        section = _section(name, found, f'"{_pattern(landing.relative_to(project))}"')
    with (project / FILE_NAME).open("a", encoding="utf-8") as target:
        target.write(section)
    return Scaffolded(tuple(paths), project / FILE_NAME, landing,
                      known.adapter if known else "", tuple(marks))


def marks_left(adapters: Iterable[Adapter], project: Path) -> list[str]:
    """Return what is still marked to be decided in a project's own adapters."""
    return list(dict.fromkeys(
        f"{adapter.path.relative_to(project)}:{number}: to decide: {found[2]}"
        for adapter in adapters if adapter.path.is_relative_to(own_folder(project))
        for number, line in enumerate(adapter.path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := _MARK.search(line)) and found[1] == "TODO"))


def _check_name(project: Path, settings: Settings, name: str, table: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or "__" in name:
        raise SettingsError("sources new", "not a usable source name", found=f"'{name}'",
                            allowed="lower-case letters, digits and single underscores")
    if table not in TABLES:
        raise SettingsError("sources new", "no such table", found=f"'{table}'",
                            allowed=", ".join(TABLES), remedy=did_you_mean(table, list(TABLES)))
    shipped = {p.name.split(".")[0] for p in (sql_folder() / "sources").glob("*.*.sql")}
    if name in settings.sources or name in shipped or list(
            own_folder(project).glob(f"{name}.*.sql")):
        raise SettingsError("sources new", "the name is taken", found=f"'{name}'",
                            remedy="Choose another, for instance with the country or team in it.")


def _landed(project: Path, name: str, file: Path) -> Path:
    inside, root = file.resolve(), project.resolve()
    if inside.is_relative_to(root):
        return project / inside.relative_to(root)
    folder = project / "landing" / name
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(file, folder / file.name))


def _pattern(path: Path) -> str:
    """Return the pattern that takes this file and later ones like it."""
    name = path.name
    if extract_date(name):
        name = re.sub(r"20\d\d-?[01]\d-?[0-3]\d", "*", name)
    escaped = re.sub(r"([\[\]?])", r"[\1]", name)
    return f"{path.parent.as_posix()}/{escaped}".replace("\\", "\\\\").replace('"', '\\"')


def _files_of(known: Known, path: Path) -> str:
    pattern = _pattern(path)
    return f'"{pattern}"' if known.stream == "records" else f'{{ {known.stream} = "{pattern}" }}'


def _section(name: str, found: Sniffed, files: str) -> str:
    lines = ["", f"[sources.{name}]", f'adapter = "{name}"', f"files = {files}", 'mode = "delta"']
    if found.encoding not in ("", "utf-8"):
        lines.append(f'encoding = "{found.encoding}"      # guessed')
    if any(c.is_naive for c in found.columns) or found.kind == "qualtrics":
        lines.append('# timezone = "Europe/Berlin"    # to decide: the zone of its times; '
                     "they carry none")
    if any(c.meaning == "phone" for c in found.columns):
        lines.append('# region = "DE"                 # country of numbers without a country code')
    return "\n".join(lines) + "\n"


def _copy_shipped(project: Path, name: str, known: Known) -> list[Path]:
    own_folder(project).mkdir(exist_ok=True)
    paths = []
    for path in sorted((sql_folder() / "sources").glob(f"{known.adapter}.*.sql")):
        target = own_folder(project) / f"{name}.{path.name.split('.')[1]}.sql"
        text = path.read_text(encoding="utf-8")
        target.write_text(
            text.replace(f"-- adapter: {known.adapter}\n", f"-- adapter: {name}\n", 1),
            encoding="utf-8")
        paths.append(target)
    return paths


def write_adapter(name: str, table: Table, found: Sniffed) -> tuple[str, list[str]]:
    """Return an adapter's text for an unknown file, and what is marked in it."""
    used: dict[str, ColumnFacts] = {}
    lines = list(_select(table, found, used))
    header = [f"-- adapter: {name}", f"-- table: {table.name}", "-- grain: one row per record",
              f"-- unit: {_unit(table)}", "-- inputs: records", _stream_hint(found)]
    for column, facts in used.items():
        if facts.type == "time" and facts.time_format:
            header.append(f"-- times: {column} {facts.time_format}")
        if facts.unit not in ("", "ms"):
            header.append(f"-- units: {column} {facts.unit}")
    taken = {c.name for c in used.values()}
    rest = [c for c in found.columns if c.name not in taken]
    header += ["--", "-- Written from the file's names and values. GUESS is likely, TODO has to be "
               "decided; `check`", "-- lists every TODO that is left."]
    if rest:
        header.append("-- Not mapped:")
        header += [f"--   {_plain(c.name)} ({c.type}, {c.null_share:.0%} empty)" for c in rest]
    body = ["select", "    r.record_key,", *lines, "from records as r", ""]
    text = "\n".join([*header, *body])
    return text, [m[0].removeprefix("--").strip() for m in map(_MARK.search, body) if m]


def _stream_hint(found: Sniffed) -> str:
    hint = f"-- stream: records format={found.kind}"
    return hint + (f" records={found.records}" if found.records else "")


def _unit(table: Table) -> str:
    return {"calls": "call_id", "surveys": "response_id"}.get(table.name, table.key[0])


def _select(
    table: Table, found: Sniffed, used: dict[str, ColumnFacts]
) -> Iterator[str]:
    """Give the lines of the SELECT, each with its mark, and note which column went where."""
    chosen: list[tuple[str, str]] = []
    for column in table.columns:
        fact = _fitting(table, column, found, used)
        if fact is not None:
            used[column.name] = fact
            chosen += _mapped(table, column, fact)
        elif column.required:
            chosen.append(_required(table, column, found))
    if table.name == "surveys" and "score" in used:
        chosen += _scale(used["score"])
    last = len(chosen) - 1
    for number, (sql, mark) in enumerate(chosen):
        comma = "," if number < last else ""
        yield f"    {sql}{comma}" + (f"  -- {mark}" if mark else "")


def _fitting(
    table: Table, column: Column, found: Sniffed, used: dict[str, ColumnFacts]
) -> ColumnFacts | None:
    """Return the file's column for a canonical one: by meaning, the fuller one first."""
    wanted = _OTHER_NAMES.get(table.name, {}).get(column.name, (column.name,))
    if column.name == table.key[0] or (column.name, table.name) == ("call_id", "calls"):
        wanted = ("~id",)
    taken = {} if wanted == ("~id",) else used
    names = {c.name for c in taken.values()}
    fits = [c for m in wanted for c in found.columns if c.meaning == m and c.name not in names]
    return min(fits, key=lambda c: (wanted.index(c.meaning), c.null_share > 0.5), default=None)


def _mapped(table: Table, column: Column, fact: ColumnFacts) -> list[tuple[str, str]]:
    value = f"r.{quoted(fact.name)}"
    mark = f"GUESS: {fact.sure}" if fact.sure else ""
    if column.type == "word" and column.vocabulary:
        return [_cased(table, column, fact)]
    if column.type == "time" and fact.type != "time":
        return [(f"null as {column.name}", "TODO: the time is not in one column of its own")]
    return [(f"{value} as {column.name}", mark)]


def _cased(table: Table, column: Column, fact: ColumnFacts) -> tuple[str, str]:
    """Return a CASE that maps the file's words to the vocabulary."""
    allowed = VOCABULARIES[column.vocabulary]
    value = f"lower(r.{quoted(fact.name)})"
    pairs, unknown = [], []
    for word in fact.words:
        canonical = word_for(column.vocabulary, word)
        if canonical is None:
            unknown.append(word)
        else:
            pairs.append(f"when {literal(word.lower())} then {literal(canonical)}")
    assumed = _ASSUMED.get((table.name, column.name), ("null", ""))[0]
    spare = "'other'" if "other" in allowed else "'unknown'" if "unknown" in allowed else assumed
    if not pairs:
        return (f"{spare} as {column.name}",
                f"TODO: map the words of {_plain(fact.name)} to {', '.join(allowed)}")
    mark = ""
    if unknown:
        shown = ", ".join(_plain(w) for w in unknown[:8])
        mark = f"TODO: {shown}: which of {', '.join(allowed)}?"
    elif fact.sure:
        mark = f"GUESS: {fact.sure}"
    inner = "\n        ".join(pairs)
    return f"case {value}\n        {inner}\n        else {spare}\n    end as {column.name}", mark


def _required(table: Table, column: Column, found: Sniffed) -> tuple[str, str]:
    if column.name == "metric":
        score = next((c.name.casefold() for c in found.columns if c.meaning == "score"), "")
        named = next((m for m in ("nps", "csat", "ces") if m in score), None)
        if named or "satisf" in score:
            return f"'{named or 'csat'}' as metric", "GUESS: told by the name of the score"
    if (table.name, column.name) in _ASSUMED:
        value, mark = _ASSUMED[table.name, column.name]
        return f"{value} as {column.name}", mark
    if column.name in (*table.key, "call_id"):
        if column.name == "question_id":
            return "'score' as question_id", ""
        return f"r.row_id as {column.name}", "GUESS: no id in the file; a hash of the row"
    times = [_plain(c.name) for c in found.columns if c.type == "time"]
    hint = f" one of {', '.join(times)}?" if times else ""
    return f"null as {column.name}", f"TODO: needed, no column looks like it;{hint}"


def _scale(fact: ColumnFacts) -> list[tuple[str, str]]:
    low, high = fact.low or 0, fact.high or 0
    top = next((t for t in (1, 5, 7, 10, 100) if high <= t), int(high))
    bottom = 0 if low < 1 or top in (10, 100) else 1
    mark = f"TODO: the scale; values from {low:g} to {high:g} were seen"
    return [(f"'{bottom}' as scale_min", mark), (f"'{top}' as scale_max", ""),
            ("'true' as higher_is_better", "GUESS: more is better")]


def _plain(text: str) -> str:
    """Return a text that can stand in a comment: one line, nothing that ends it."""
    return repr(re.sub(r"\s+", " ", text)[:60])
