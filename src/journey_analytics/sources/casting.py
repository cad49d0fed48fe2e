"""Compiles a canonical table's contract into the SQL that casts, checks and quarantines.

The adapter delivers text and plain numbers; here each column becomes its type. A value that is
given but does not cast, or a rule that a row breaks, names the row's problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import phonenumbers

from ..contracts import TABLES, VOCABULARIES, Column, Table
from .readers import literal, quoted

#: Texts that mean "none" in a customer key or a reference. They never link two records.
PLACEHOLDERS = (
    "0", "-", "?", "anonymous", "n/a", "na", "nan", "none", "null", "private", "restricted",
    "unavailable", "undefined", "unknown", "withheld",
)
#: Keys lie in three ranges of BIGINT, so that the smallest key of a person is the best one:
#: strong customer keys, weak ones (e-mail, phone, cookie), then rows and units.
WEAK_FROM, UNIT_FROM = 1 << 61, 1 << 62
_SQL_TYPES = {
    "time": "TIMESTAMP", "duration": "BIGINT", "integer": "INTEGER", "number": "DOUBLE",
    "boolean": "BOOLEAN",
}
_MICROSECONDS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
#: Digits that leave no room for an overflow: up to the year 2286.
_EPOCH_DIGITS = {"epoch_s": 16, "epoch_ms": 19, "epoch_us": 22}
#: ISO 8601 with an offset, and without: nothing else that the database would take for a time
#: ('infinity', '10:00 PM', the name of a zone) and read otherwise than meant.
_WITH_OFFSET = r"^\d{4}-\d\d?-\d\d?[T ]\d\d?:\d\d(:\d\d(\.\d+)?)? ?(Z|UTC|[+-]\d\d(:?\d\d)?)$"
_NAIVE = r"^\d{4}[-/]\d\d?[-/]\d\d?([T ]\d\d?:\d\d(:\d\d(\.\d+)?)?)?$"
#: Times and durations beyond these are placeholders or slips, and would overflow sums.
_FIRST_TIME, _LAST_TIME = "TIMESTAMP '1901-01-01'", "TIMESTAMP '2200-01-01'"
_LONGEST_MS = 100 * 366 * 86_400_000
_MILLISECONDS = {"ms": 1, "s": 1_000, "minutes": 60_000}
#: What to do about a value that does not cast, by type.
REMEDIES = {
    "time": "Declare its format in the adapter ('-- times:'), or correct it at the source.",
    "duration": "Declare its unit in the adapter ('-- units:'), or correct it at the source.",
    "word": "Map the source's word to one of: {words}.",
    "integer": "Give a whole number, or NULL where it is not measured.",
    "number": "Give a number, or NULL where it is not measured.",
    "boolean": "Give true or false, or NULL where it is not known.",
}


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """What casting needs to know of a source.

    Attributes
    ----------
    id_space
        Name under which this source's ``customer_ref`` counts; its own where not set.
    ids_of
        By kind of reference (call, ticket): the source whose ids are meant, where not its own.
    times, units
        Formats and units as the adapter declares them.
    """

    name: str
    timezone: str | None = None
    region: str | None = None
    id_space: str | None = None
    ids_of: Mapping[str, str] = field(default_factory=dict)
    times: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


def cast_query(table: Table, adapted: str, outputs: list[str], facts: SourceFacts) -> str:
    """Return a SELECT over an adapter's rows with every canonical column cast.

    Parameters
    ----------
    adapted
        The adapter's SELECT, its streams already in place.
    outputs
        Columns the adapter outputs; the table's other columns become NULL.

    Returns
    -------
    str
        A query with ``record_key``, ``record_keys``, ``source``, ``row_key``, the canonical
        columns, a ``*_key`` twin for each reference, a ``*_hash`` twin for each customer key,
        and ``rule`` and ``found`` of the row's first problem, NULL for a good row.
    """
    given = [c for c in table.columns if c.name in outputs]
    lineage = (
        "list_min(a.record_keys) AS record_key, a.record_keys" if "record_keys" in outputs
        else "a.record_key, NULL::bigint[] AS record_keys"
    )
    raw = "".join(f", {_raw(c)} AS {quoted(c.name)}" for c in given)
    kept = "".join(f", r.{quoted(c.name)} AS {_raw_name(c)}" for c in given if c.type in REMEDIES)
    typed = "".join(
        f", {_cast(c, 'r.' + quoted(c.name), facts)} AS {quoted(c.name)}" if c in given
        else f", NULL::{_SQL_TYPES.get(c.type, 'VARCHAR')} AS {quoted(c.name)}"
        for c in table.columns
    )
    names = "".join(f", t.{quoted(c.name)}" for c in table.columns)
    twins = "".join(f", {sql} AS {name}" for name, sql in _twins(table, facts))
    checks = _checks(table, given, facts)
    rule = " ".join(f"WHEN {test} THEN {literal(name)}" for test, name, _ in checks)
    found = " ".join(f"WHEN {test} THEN {value}" for test, _, value in checks)
    return (
        f"WITH adapted AS ({adapted}), "
        f"raw_rows AS (SELECT {lineage}{raw} FROM adapted AS a), "
        f"typed AS (SELECT r.record_key, r.record_keys{typed}{kept} FROM raw_rows AS r) "
        f"SELECT t.record_key, t.record_keys, {literal(facts.name)} AS source{twins}{names}, "
        f"CASE {rule} END AS rule, CASE {found} END AS found FROM typed AS t"
    )


def unit_key(kind: str, source: str, id_sql: str) -> str:
    """Return SQL for the BIGINT that names a unit or row: a keyed hash of kind, source and id.

    The key is derived from the installation's secret (``row_salt``): ids can be phone numbers, and
    what can be recomputed from a guess is no pseudonym.
    """
    prefix = literal(f"|{kind}|{source}|")
    return (f"CASE WHEN {id_sql} IS NOT NULL THEN (md5_number_lower("
            f"coalesce(getvariable('row_salt'), '') || {prefix} || {id_sql}) >> 2)::bigint "
            f"+ {UNIT_FROM} END")


def key_columns() -> list[Column]:
    """Return the columns that say who a customer is, one of each kind."""
    return list({c.name: c for t in TABLES.values() for c in t.columns
                 if c.type in ("id", "email", "phone")}.values())


def key_hash(kind: str, scope: str, value: str) -> str:
    """Return SQL for the BIGINT that stands for a customer key until it becomes an HMAC.

    Keyed by the installation's secret like ``unit_key``: what is left of a forgotten key is this.
    """
    prefix = literal(f"|{kind}|{scope}|")
    return (f"(md5_number_lower(coalesce(getvariable('row_salt'), '') || {prefix} || {value}) "
            f">> 2)::bigint")


def time_cast(value: str, declared: str, zone: str | None) -> str:
    """Return SQL that turns text into a TIMESTAMP holding UTC, NULL where it is no time.

    A value with an offset (or Z) is taken as such. A naive one is local time of ``zone``; without
    a declared zone it stays NULL. In the hour the clocks skip and the hour they repeat, DuckDB
    takes the later instant. Years before 1901 and from 2200 on are placeholders, not times.
    """
    moment = _time(value, declared, zone)
    return f"CASE WHEN {moment} >= {_FIRST_TIME} AND {moment} < {_LAST_TIME} THEN {moment} END"


def _time(value: str, declared: str, zone: str | None) -> str:
    if declared in _MICROSECONDS:
        number = f"try_cast({value} AS decimal({_EPOCH_DIGITS[declared]}, 6))"
        return (f"make_timestamp(round({number}::decimal(38, 6) * {_MICROSECONDS[declared]})"
                f"::bigint)")
    if declared:
        parsed = f"try_strptime({value}, {literal(declared)})"
        if "%z" in declared:
            return f"timezone('UTC', {parsed}::timestamptz)"
        return _in_zone(parsed, zone)
    joined = f"regexp_replace({value}, ' ([+-])', '\\1')"
    aware = f"timezone('UTC', try_cast({joined} AS timestamptz))"
    naive = _in_zone(f"try_cast({value} AS timestamp)", zone)
    return (f"CASE WHEN regexp_matches({value}, {literal(_WITH_OFFSET)}) THEN {aware} "
            f"WHEN regexp_matches({value}, {literal(_NAIVE)}) THEN {naive} END")


def _in_zone(naive: str, zone: str | None) -> str:
    if zone is None:
        return "NULL::timestamp"
    if zone == "UTC":
        return naive
    return f"timezone('UTC', timezone({literal(zone)}, {naive}))"


def phone_cast(value: str, region: str | None) -> str:
    """Return SQL that writes a phone number as E.164, NULL where it is none.

    National spellings need the source's region; its country code, trunk prefix and prefix for
    calls abroad come from the ``phonenumbers`` library. Without a region a national number is kept
    as its digits: it still links within its spelling. An extension is no part of the number.
    """
    number = f"regexp_replace({value}, '(?i)([0-9 )])(@|;|,|#|x|ext).*$', '\\1')"
    international = f"regexp_matches({number}, '^[^0-9]*\\+')"
    # A zero in brackets is dialled inside the country only; Italian numbers have a real one.
    number = (f"CASE WHEN regexp_matches({number}, '^[^0-9]*(\\+|00)') AND NOT "
              f"regexp_matches({number}, '^[^0-9]*(\\+|00)39') "
              f"THEN replace({number}, '(0)', '') ELSE {number} END")
    digits = f"regexp_replace({number}, '[^0-9]', '', 'g')"
    if region is None:
        whole = (f"CASE WHEN {international} THEN '+' || {digits} "
                 f"WHEN {digits} LIKE '00%' THEN '+' || substr({digits}, 3) ELSE {digits} END")
    else:
        code = str(phonenumbers.country_code_for_region(region))
        trunk = phonenumbers.ndd_prefix_for_region(region, True) or ""
        abroad = literal(f"^(?:{_abroad(region)})")
        national = (f"CASE WHEN starts_with({digits}, {literal(trunk)}) "
                    f"THEN substr({digits}, {len(trunk) + 1}) ELSE {digits} END"
                    if trunk else digits)
        whole = (
            f"CASE WHEN {international} THEN '+' || {digits} "
            f"WHEN regexp_matches({digits}, {abroad}) "
            f"THEN '+' || regexp_replace({digits}, {abroad}, '') "
            f"WHEN starts_with({digits}, {literal(code)}) AND length({digits}) >= 11 "
            f"THEN '+' || {digits} ELSE '+{code}' || {national} END"
        )
    return f"CASE WHEN length({digits}) BETWEEN 5 AND 17 THEN {whole} END"


def _abroad(region: str) -> str:
    """Return the pattern of digits dialled before a country code: 00, in North America 011."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region)
    return str(metadata.international_prefix) if metadata else "00"


def _raw(column: Column) -> str:
    text = f"a.{quoted(column.name)}::varchar"
    verbatim = column.type == "json" or (column.type == "text" and column.private)
    return f"nullif({text}, '')" if verbatim else f"nullif(trim({text}), '')"


def _raw_name(column: Column) -> str:
    return quoted(f"raw {column.name}")


def _cast(column: Column, value: str, facts: SourceFacts) -> str:
    match column.type:
        case "time":
            declared = facts.times.get(column.name, facts.times.get("", ""))
            return time_cast(value, declared, facts.timezone)
        case "duration":
            unit = facts.units.get(column.name, "ms")
            if unit == "hh:mm:ss":
                # Of '5' or '05:30' nobody knows what the parts are.
                ms = (f"CASE WHEN NOT regexp_matches({value}, '^[-+]?\\d+(:\\d+)?$') "
                      f"THEN epoch_us(try_cast({value} AS interval)) // 1000 END")
            else:
                ms = (f"try_cast(round(try_cast({value} AS double) * {_MILLISECONDS[unit]}) "
                      f"AS bigint)")
            return f"CASE WHEN abs({ms}) <= {_LONGEST_MS} THEN {ms} END"
        case "integer":
            number = f"try_cast({value} AS double)"
            return f"CASE WHEN {number} = trunc({number}) THEN try_cast({number} AS integer) END"
        case "number":
            number = f"try_cast({value} AS double)"
            return f"CASE WHEN isfinite({number}) THEN {number} END"
        case "boolean":
            return (f"CASE WHEN lower({value}) IN ('true', 't', '1', 'y', 'yes', '1.0') THEN true "
                    f"WHEN lower({value}) IN ('false', 'f', '0', 'n', 'no', '0.0') THEN false END")
        case "word":
            words = ", ".join(literal(w) for w in VOCABULARIES[column.vocabulary])
            return f"CASE WHEN lower({value}) IN ({words}) THEN lower({value}) END"
        case "reference" if not column.required:
            return f"CASE WHEN lower({value}) NOT IN ({_placeholders()}) THEN {value} END"
        case "id" | "email" | "phone":
            return key_cast(column.type, value, facts.region)
        case _:
            return value


def key_cast(kind_of_key: str, value: str, region: str | None) -> str:
    """Return SQL that brings a customer key into its one spelling, NULL where it is none."""
    match kind_of_key:
        case "email":
            return f"CASE WHEN {value} LIKE '_%@_%' THEN lower({value}) END"
        case "phone":
            return phone_cast(value, region)
        case _:
            return f"CASE WHEN lower({value}) NOT IN ({_placeholders()}) THEN {value} END"


def _placeholders() -> str:
    return ", ".join(literal(p) for p in PLACEHOLDERS)


def _twins(table: Table, facts: SourceFacts) -> list[tuple[str, str]]:
    """Return name and SQL of the key columns: the row's own, and one for each reference."""
    own = " || chr(31) || ".join(f"t.{quoted(name)}" for name in table.key)
    twins = [("row_key", unit_key(table.row_kind, facts.name, own))]
    for column in table.columns:
        source = facts.ids_of.get(column.kind, facts.name)
        value = f"t.{quoted(column.name)}"
        if column.type == "reference":
            stem = column.name.removesuffix("_id").removesuffix("_key")
            twins.append((f"{stem}_key", unit_key(column.kind, source, value)))
        elif column.type == "list":
            items = f"list_filter(string_split_regex({value}, '[\\s,;\\[\\]\"]+'), " \
                    f"lambda x: lower(x) NOT IN ('', {_placeholders()}))"
            twins.append((column.name.removesuffix("_ids") + "_keys",
                          f"list_transform({items}, lambda x: "
                          f"{unit_key(column.kind, source, 'x')})"))
        elif column.type in ("id", "email", "phone"):
            twins.append((f"{column.name}_hash",
                          key_hash(column.name, key_scope(column.name, facts), value)))
    return twins


def key_scope(kind: str, facts: SourceFacts) -> str:
    """Return within what a key means the same customer: a customer_ref within its id space."""
    return (facts.id_space or facts.name) if kind == "customer_ref" else ""


def _checks(
    table: Table, given: list[Column], facts: SourceFacts
) -> list[tuple[str, str, str]]:
    """Return (test that is true for a bad row, rule, SQL of the value found)."""
    checks = [
        (f"t.{quoted(c.name)} IS NULL AND t.{_raw_name(c)} IS NOT NULL", _cast_rule(c, facts),
         f"t.{_raw_name(c)}")
        for c in given if c.type in REMEDIES
    ]
    checks += [(f"t.{quoted(c.name)} IS NULL", f"{c.name}: missing", "NULL")
               for c in table.columns if c.required]
    checks += [(f"t.{quoted(c.name)} < 0", f"{c.name}: negative duration", f"t.{_raw_name(c)}")
               for c in given if c.type == "duration"]
    checks += [(f"({condition})", name, "NULL") for name, condition, _ in table.rules]
    return checks


def _cast_rule(column: Column, facts: SourceFacts) -> str:
    words = {
        "time": "not a time", "duration": "not a duration", "word": "not an allowed word",
        "integer": "not a whole number", "number": "not a number", "boolean": "not true or false",
    }
    if column.type == "time" and facts.timezone is None:
        declared = facts.times.get(column.name, facts.times.get("", ""))
        if declared not in _MICROSECONDS and "%z" not in declared:
            return f"{column.name}: not a time, or a time without a zone"
    return f"{column.name}: {words[column.type]}"


def remedy(table: Table, rule: str, facts: SourceFacts) -> str:
    """Return what to do about a rule that a row broke."""
    for name, _, text in table.rules:
        if name == rule:
            return text[0].upper() + text[1:] + "."
    column = table.column(rule.split(":")[0])
    if column is None:
        return "Correct the row at the source."
    if rule.endswith("missing"):
        return "Map it in the adapter, or correct the row at the source."
    if rule.endswith("negative duration"):
        return "Correct it at the source; not measured is NULL."
    if rule.endswith("without a zone"):
        return (f"Set timezone in [sources.{facts.name}], or declare the format in the adapter "
                "('-- times:').")
    words = ", ".join(VOCABULARIES.get(column.vocabulary, ()))
    return REMEDIES.get(column.type, "Correct the row at the source.").format(words=words)
