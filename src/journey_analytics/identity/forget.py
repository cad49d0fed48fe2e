"""Erases a person from the state: what their records said goes, that they existed stays countable.

A forgotten record keeps its place in the account (file and line) and loses every value. What keeps
a re-delivery out is a keyed hash of each key and unit of the person, which tells nobody anything
without the installation's secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers

from ..engines import DuckDBEngine
from ..errors import DataError
from ..settings import Settings
from ..sources.blanked import blank, record_tables
from ..sources.building import UNITS
from ..sources.manifest import file_columns
from ..sources.readers import literal, quoted
from .keys import CustomerKey, spellings

#: Customer numbers that another number could equal by chance are looked for only where they are
#: all that a column holds whose name says that it is about a customer.
_TOO_COMMON = re.compile(r"\d{1,8}|.{1,5}")
_CUSTOMER_COLUMN = re.compile("account|caller|client|contact|customer|member|person|profile|"
                              "requester|sender|subscriber|user")


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took.

    Attributes
    ----------
    records
        Records blanked, by source and stream.
    files
        Deliveries these records came from; they lie in the project, and are the user's.
    traces
        Patterns under which nothing of the person may be found any more.
    """

    units: int
    keys: int
    records: dict[str, int]
    files: tuple[str, ...]
    traces: Traces


@dataclass(frozen=True, slots=True)
class Traces:
    """How the keys of a person are recognised in text.

    Attributes
    ----------
    pattern
        Regular expression over lower-cased text for keys that are long enough to be told apart.
    short
        Customer numbers that are not: they count where they are all that an id column holds.
    raw
        The keys as they stand in files, for a search of bytes.
    """

    pattern: str
    short: tuple[str, ...]
    raw: tuple[str, ...]



def find_person(engine: DuckDBEngine, settings: Settings, text: str) -> list[CustomerKey]:
    """Fill ``gone_units`` and ``gone_keys`` with one person's, and return the keys' values.

    Raises
    ------
    DataError
        No record carries the key, it links nobody, or it means several persons.
    """
    meant = _meant(engine, settings, text)
    listed = ", ".join(str(k.hash) for k in meant) or "NULL"
    known = engine.rows("SELECT DISTINCT h.key FROM state.kept_hashed_keys AS h "
                        f"WHERE h.key_hash IN ({listed})")
    if not known:
        raise DataError("this key", "no record carries it",
                        remedy="Check the spelling; a run must have read its records.")
    keys = ", ".join(str(k) for (k,) in known)
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE gone_persons AS SELECT DISTINCT p.person_key FROM "
        "state.kept_identity_keys AS k JOIN state.kept_unit_persons AS p USING (unit_key) "
        f"WHERE k.key IN ({keys}) AND k.key NOT IN (SELECT key FROM state.kept_shared_keys)")
    persons = int(engine.value("SELECT count(*) FROM gone_persons"))
    if persons != 1:
        raise DataError(
            "this key", "it is nobody's alone: too many share it" if not persons
            else "it means several persons, as keys of different kinds", found=f"{persons} persons",
            allowed="one", remedy="Give another key of the person, or say which kind is meant: "
            "email:…, phone:…, external_id:…, customer_ref@SOURCE:…")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE gone_units AS SELECT unit_key FROM state.kept_unit_persons "
        "WHERE person_key IN (SELECT person_key FROM gone_persons)")
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE gone_keys AS SELECT DISTINCT c.key_kind, c.scope, c.value, "
        "c.key_hash FROM state.kept_identity_keys AS k "
        "JOIN state.kept_hashed_keys AS h USING (key) "
        "JOIN state.customer_keys AS c ON h.key_hash = c.key_hash "
        "WHERE k.unit_key IN (SELECT unit_key FROM gone_units) "
        "AND k.key NOT IN (SELECT key FROM state.kept_shared_keys)")
    return [CustomerKey(*row) for row in engine.rows("FROM gone_keys ORDER BY ALL")]


def is_forgotten(engine: DuckDBEngine, settings: Settings, text: str) -> bool:
    """Return whether a key is one that was forgotten before."""
    listed = ", ".join(str(k.hash) for k in _meant(engine, settings, text)) or "NULL"
    return bool(engine.value(f"SELECT count(*) FROM state.forgotten WHERE hash IN ({listed})"))


def _meant(engine: DuckDBEngine, settings: Settings, text: str) -> list[CustomerKey]:
    """Return the keys a text can mean; ``KIND:VALUE`` and ``KIND@SCOPE:VALUE`` narrow it."""
    narrowed = re.fullmatch(
        r"(customer_ref|external_id|email|phone|anonymous_id)(?:@([\w]+))?:(.+)", text.strip())
    if not narrowed:
        return spellings(engine, settings, [text])
    kind, scope, value = narrowed.groups()
    return [k for k in spellings(engine, settings, [value])
            if k.kind == kind and scope in (None, k.scope)]


def traces_of(keys: Iterable[CustomerKey]) -> Traces:
    """Return how a person's keys are recognised."""
    keys = list(keys)
    patterns, short = [], []
    for key in keys:
        if key.kind == "phone":
            patterns.append(_phone_pattern(key.value))
        elif key.kind == "email" or not _TOO_COMMON.fullmatch(key.value):
            patterns.append(f"(?:^|[^0-9a-z]){re.escape(key.value.lower())}(?:[^0-9a-z]|$)")
        else:
            short.append(key.value.lower())
    found = {k.value for k in keys if not _TOO_COMMON.fullmatch(k.value)}
    return Traces("|".join(sorted(set(patterns))) or r"\b\B", tuple(sorted(set(short))),
                  tuple(sorted(found)))


def _phone_pattern(value: str) -> str:
    """Return a pattern for a number in any spelling: with country code, trunk zero or neither."""
    try:
        digits = str(phonenumbers.parse(value, None).national_number)
    except phonenumbers.NumberParseException:
        digits = re.sub(r"\D", "", value)
    spaced = r"[ ()/.\-]{0,2}".join(digits)
    return rf"(?:^|[^0-9])(?:\+|00)?[0-9]{{0,4}}[ ()/.\-]{{0,3}}(?:\(?0\)?)?{spaced}(?:[^0-9]|$)"


def erase(engine: DuckDBEngine, keys: list[CustomerKey]) -> Erased:
    """Blank every record of ``gone_units`` and every one that names their keys; keep them out.

    All or nothing. Canonical tables, identity and everything after still have to be rebuilt, and
    the state file to be written anew: what was overwritten stays in its freed blocks until then.
    """
    traces = traces_of(keys)
    _find_records(engine)
    blanked: dict[str, int] = {}
    with engine.transaction():
        engine.execute("INSERT INTO state.forgotten SELECT key_hash FROM gone_keys "
                       "UNION SELECT unit_key FROM gone_units")
        # Snapshots up to this run show the person: they go with the next publication.
        engine.execute("INSERT INTO state.erasures SELECT coalesce(max(run_no), 0) "
                       "FROM state.runs")
        for source, stream, table in record_tables(engine):
            _add_mentions(engine, table, traces)
            rows = blank(engine, source, stream, table, "gone_records")
            if rows:
                blanked[f"{source}/{stream}"] = rows
        engine.execute(
            "UPDATE state.quarantine SET raw = NULL, found = NULL, rule = 'forgotten', "
            "remedy = NULL WHERE record_key IN (SELECT record_key FROM gone_records) "
            f"OR {mentions(['raw', 'found'], traces)}")
        engine.execute("UPDATE state.files SET problem = 'forgotten' "
                       f"WHERE {mentions(['problem'], traces)}")
        # Until everything is built anew nothing may go on from here, whoever runs next.
        engine.execute("DELETE FROM state.layout")
        for column in ("person_before", "person_after"):
            engine.execute(f"DELETE FROM state.person_changes WHERE {column} IN "
                           "(SELECT person_key FROM gone_persons)")
    files = tuple(p for (p,) in engine.rows(
        "SELECT DISTINCT path FROM state.files WHERE file_no IN "
        "(SELECT record_key >> 32 FROM gone_records) ORDER BY path"))
    return Erased(int(engine.value("SELECT count(*) FROM gone_units")), len(keys), blanked, files,
                  traces)



def _find_records(engine: DuckDBEngine) -> None:
    """Fill ``gone_records`` with what the person's canonical rows were made of."""
    engine.execute("CREATE OR REPLACE TEMP TABLE gone_records (record_key BIGINT)")
    for table, unit in UNITS.items():
        columns = {row[0] for row in engine.rows(f"DESCRIBE state.{table}")}
        hung_on = [c for c in ("row_key", "ticket_key", "call_key", "conversation_key",
                               "response_key", "session_key") if c in columns]
        keys = " UNION ".join(f"SELECT {c} FROM state.{table} WHERE {unit} IN "
                              "(SELECT unit_key FROM gone_units)" for c in hung_on)
        engine.execute(
            f"INSERT INTO gone_records SELECT record_key FROM state.lineage "
            f"WHERE target = {literal(table)} AND unit_key IN ({keys})")


def _add_mentions(engine: DuckDBEngine, table: str, traces: Traces) -> None:
    engine.execute(f"INSERT INTO gone_records SELECT (_file::bigint << 32) + _line FROM {table} "
                   f"WHERE {mentions(file_columns(engine, table), traces)}")


def mentions(columns: list[str], traces: Traces) -> str:
    """Return a condition that a row's text names one of the keys."""
    if not columns:
        return "false"
    text = ", ".join(f"{quoted(c)}::varchar" for c in columns)
    tests = [f"regexp_matches(lower(concat_ws(chr(31), {text})), {literal(traces.pattern)})"]
    listed = ", ".join(literal(s) for s in traces.short)
    if listed:
        tests += [f"lower(trim({quoted(c)}::varchar)) IN ({listed})" for c in columns
                  if _CUSTOMER_COLUMN.search(c.lower())]
    return "(" + " OR ".join(f"coalesce({t}, false)" for t in tests) + ")"
