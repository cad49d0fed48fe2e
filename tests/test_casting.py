"""Text becomes times, durations, words and keys, or says which rule it breaks."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_analytics.contracts import TABLES, VOCABULARIES
from journey_analytics.engines import DuckDBEngine
from journey_analytics.identity import share_secret
from journey_analytics.models import load_model, sql_folder
from journey_analytics.sources.casting import SourceFacts, cast_query, remedy

BERLIN = "Europe/Berlin"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(tmp_path_factory.mktemp("casting") / "warehouse")
    yield engine
    engine.close()


def cast(
    engine: DuckDBEngine, table: str, column: str, values: list[str], **facts: Any
) -> list[Any]:
    """What each text becomes in that column; for a bad one, its rule."""
    engine.register("texts", pa.table({"record_key": range(len(values)), "v": values}))
    adapted = f"SELECT record_key, v AS {column} FROM texts"
    query = cast_query(TABLES[table], adapted, ["record_key", column], SourceFacts("s", **facts))
    rows = engine.rows(f"SELECT {column}, rule, found FROM ({query}) ORDER BY record_key")
    answers = []
    for text, (value, rule, found) in zip(values, rows, strict=True):
        if rule and rule.startswith(f"{column}:") and not rule.endswith("missing"):
            assert found == text.strip()
            answers.append(rule.removeprefix(f"{column}: "))
        else:
            answers.append(value)
    return answers


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts)  # type: ignore[arg-type]


# Times ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-01-05T10:00:00Z", utc(2026, 1, 5, 10)),
    ("2026-01-05 10:00:00 UTC", utc(2026, 1, 5, 10)),
    ("2026-01-05T10:00:00+02:00", utc(2026, 1, 5, 8)),
    ("2026-01-05T10:00:00.123+0200", utc(2026, 1, 5, 8, 0, 0, 123_000)),
    ("2026-01-05T10:00:00.000+0000", utc(2026, 1, 5, 10)),
    ("2026-01-05 10:00:00 +0200", utc(2026, 1, 5, 8)),
    ("2026-01-05 10:00:00 -05:30", utc(2026, 1, 5, 15, 30)),
    ("2026-01-05 10:00-03", utc(2026, 1, 5, 13)),
    ("2026-01-05 10:00:00", utc(2026, 1, 5, 9)),
    ("2026-07-05T10:00", utc(2026, 7, 5, 8)),
    ("2026-1-5 9:05:07.25", utc(2026, 1, 5, 8, 5, 7, 250_000)),
    ("2026/01/05 10:00:00", utc(2026, 1, 5, 9)),
    (" 2026-01-05 10:00:00 ", utc(2026, 1, 5, 9)),
    ("2026-01-05", utc(2026, 1, 4, 23)),
    ("2026-03-29 01:59:59", utc(2026, 3, 29, 0, 59, 59)),
    ("2026-03-29 02:30:00", utc(2026, 3, 29, 1, 30)),  # the clocks skip it: the later instant
    ("2026-03-29 03:00:00", utc(2026, 3, 29, 1)),
    ("2026-10-25 01:59:59", utc(2026, 10, 24, 23, 59, 59)),
    ("2026-10-25 02:30:00", utc(2026, 10, 25, 1, 30)),  # the clocks repeat it: the later instant
    ("2026-10-25 03:00:00", utc(2026, 10, 25, 2)),
    ("2026-10-25T02:30:00+02:00", utc(2026, 10, 25, 0, 30)),
])
def test_iso_times(engine: DuckDBEngine, text: str, expected: dt.datetime) -> None:
    assert cast(engine, "calls", "started_at", [text], timezone=BERLIN) == [expected]


NO_TIMES = [
    "yesterday", "05.01.2026 10:00", "2026-02-30 10:00:00", "2026-01-05 25:00:00", "NaN", "10:00",
    "2026-01-05 10:00:00 PM", "2026-01-05 10:00:00 America/New_York", "2026-01-05 10:00:00 EST",
    "infinity", "-infinity", "epoch", "0001-01-01 00:00:00", "1900-01-01", "9999-12-31 23:59:59",
    "290309-12-22 (BC) 00:00:00", "2026-01-05T10:00:00[Europe/Berlin]", "1767607200", "=NOW()",
]


def test_what_is_no_time_is_told(engine: DuckDBEngine) -> None:
    answers = cast(engine, "calls", "started_at", NO_TIMES, timezone=BERLIN)
    assert dict(zip(NO_TIMES, answers, strict=True)) == dict.fromkeys(NO_TIMES, "not a time")


def test_a_naive_time_without_a_zone_is_an_error(engine: DuckDBEngine) -> None:
    answers = cast(engine, "calls", "started_at", ["2026-01-05 10:00:00", "2026-01-05T10:00:00Z"])
    assert answers == ["not a time, or a time without a zone", utc(2026, 1, 5, 10)]
    rule = "started_at: not a time, or a time without a zone"
    assert remedy(TABLES["calls"], rule, SourceFacts("acd")).startswith(
        "Set timezone in [sources.acd]")


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2099, 1, 1)),
       st.sampled_from([BERLIN, "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]))
def test_naive_times_equal_zoneinfo(engine: DuckDBEngine, naive: dt.datetime, zone: str) -> None:
    both = {naive.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(dt.UTC).replace(tzinfo=None)
            for fold in (0, 1)}
    [answer] = cast(engine, "calls", "started_at", [naive.isoformat(" ")], timezone=zone)
    assert answer == max(both)


@pytest.mark.parametrize(("declared", "text", "expected"), [
    ("epoch_s", "1767607200", utc(2026, 1, 5, 10)),
    ("epoch_s", "1767607200.123456", utc(2026, 1, 5, 10, 0, 0, 123_456)),
    ("epoch_s", "1.7676072e9", utc(2026, 1, 5, 10)),
    ("epoch_s", "0", utc(1970, 1, 1)),
    ("epoch_ms", "1767607200123", utc(2026, 1, 5, 10, 0, 0, 123_000)),
    ("epoch_ms", "1767607200123.5", utc(2026, 1, 5, 10, 0, 0, 123_500)),
    ("epoch_us", "1767607200123456", utc(2026, 1, 5, 10, 0, 0, 123_456)),
    ("%d.%m.%y %H:%M", "5.1.26 09:30", utc(2026, 1, 5, 8, 30)),
    ("%m/%d/%Y %I:%M:%S %p", "01/05/2026 10:00:00 PM", utc(2026, 1, 5, 21)),
    ("%d/%b/%Y:%H:%M:%S %z", "05/Jan/2026:10:00:00 +0200", utc(2026, 1, 5, 8)),
    *((declared, text, "not a time")
      for declared in ("epoch_s", "epoch_ms", "epoch_us")
      for text in ("1e30", "1e18", "nan", "inf", "9223372036854775807", "9" * 25, "x", "-9e15")),
    ("%d.%m.%y %H:%M", "31.02.26 10:00", "not a time"),
    ("%d.%m.%y %H:%M", "2026-01-05 10:00:00", "not a time"),
    ("%d/%b/%Y:%H:%M:%S %z", "05/Jan/2026:10:00:00", "not a time"),
])
def test_declared_formats(engine: DuckDBEngine, declared: str, text: str, expected: Any) -> None:
    for times in ({"": declared}, {"": "epoch_s", "started_at": declared}):
        assert cast(engine, "calls", "started_at", [text], times=times,
                    timezone=BERLIN) == [expected]


def test_milliseconds_declared_as_seconds_are_no_times(engine: DuckDBEngine) -> None:
    assert cast(engine, "calls", "started_at", ["1767607200123"],
                times={"": "epoch_s"}) == ["not a time"]


def test_the_zone_of_the_process_leaks_nowhere() -> None:
    """A fresh process in New York reads the same instants."""
    code = (
        "import tempfile, pathlib\n"
        "from tests.test_casting import DuckDBEngine, cast, BERLIN\n"
        "engine = DuckDBEngine(pathlib.Path(tempfile.mkdtemp()) / 'w')\n"
        "texts = ['2026-03-29 02:30:00', '2026-01-05 10:00:00', '2026-01-05T10:00:00Z']\n"
        "print(cast(engine, 'calls', 'started_at', texts, timezone=BERLIN),\n"
        "      cast(engine, 'calls', 'started_at', texts, timezone='UTC'),\n"
        "      cast(engine, 'calls', 'started_at', ['1767607200'], times={'': 'epoch_s'}),\n"
        "      cast(engine, 'calls', 'started_at', ['5/1/26 10:00 +0200'],\n"
        "           times={'': '%d/%m/%y %H:%M %z'}))\n"
        "engine.close()\n"
    )
    answers = {
        subprocess.run([sys.executable, "-c", code], env={**os.environ, "TZ": zone}, check=True,
                       capture_output=True, text=True).stdout
        for zone in ("America/New_York", "UTC")
    }
    assert len(answers) == 1
    assert "(2026, 3, 29, 1, 30)" in answers.pop()


# Durations, numbers, words ----------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "text", "expected"), [
    ("ms", "1500", 1500), ("ms", "0", 0), ("ms", "2.6", 3), ("ms", "12.0", 12),
    ("s", "1.5", 1500), ("s", "61", 61_000), ("s", "0.0004", 0),
    ("minutes", "2", 120_000), ("minutes", "0.5", 30_000),
    ("hh:mm:ss", "27:02:03", 97_323_000), ("hh:mm:ss", "00:00:00", 0),
    ("hh:mm:ss", "8:05:09", 29_109_000), ("hh:mm:ss", "00:00:05.250", 5250),
    ("hh:mm:ss", "100:00:00", 360_000_000), ("hh:mm:ss", "1 day 02:00:00", 93_600_000),
    ("hh:mm:ss", "25 Days 21 Hours 1 Minute", 2_235_660_000),
    ("s", "-5", -5000), ("hh:mm:ss", "-00:00:05", -5000),  # a rule of the row refuses it later
    *((unit, text, "not a duration") for unit in ("ms", "s", "minutes")
      for text in ("soon", "1e300", "nan", "inf", "-inf", "9e18", "1e19", "00:01:00", "5 s")),
    *(("hh:mm:ss", text, "not a duration")
      for text in ("05:30", "90", "5", "12:60:00", "12:00:61", "soon", "999999999:00:00", "PT5M")),
])
def test_durations(engine: DuckDBEngine, unit: str, text: str, expected: Any) -> None:
    assert cast(engine, "calls", "talk_ms", [text], units={"talk_ms": unit}) == [expected]


def test_numbers(engine: DuckDBEngine) -> None:
    whole = {"3": 3, "3.0": 3, " 4 ": 4, "-1": -1, "1e3": 1000} | dict.fromkeys(
        ("3.7", "1e12", "nan", "inf", "2147483648", "three", "3,0"), "not a whole number")
    assert cast(engine, "calls", "holds", list(whole)) == list(whole.values())
    numbers = {"3": 3.0, "-0.5": -0.5, "1e3": 1000.0} | dict.fromkeys(
        ("3,5", "nan", "NaN", "inf", "-infinity", "1e400", "good"), "not a number")
    assert cast(engine, "surveys", "score", list(numbers)) == list(numbers.values())


def test_booleans(engine: DuckDBEngine) -> None:
    texts = {
        **dict.fromkeys(("true", "TRUE", "t", "1", "y", "Yes", "1.0"), True),
        **dict.fromkeys(("false", "False", "F", "0", "n", "NO", "0.0"), False),
        **dict.fromkeys(("2", "ja", "x", "-"), "not true or false"),
    }
    assert cast(engine, "tickets", "is_deleted", list(texts)) == list(texts.values())


def test_words(engine: DuckDBEngine) -> None:
    for column in (c for c in TABLES["calls"].columns if c.type == "word"):
        words = VOCABULARIES[column.vocabulary]
        shouted = [f" {w.upper()} " for w in words]
        assert cast(engine, "calls", column.name, shouted) == list(words)
        assert cast(engine, "calls", column.name, ["nonsense"]) == ["not an allowed word"]
    text = remedy(TABLES["tickets"], "status: not an allowed word", SourceFacts("s"))
    assert text == f"Map the source's word to one of: {', '.join(VOCABULARIES['status'])}."


def test_one_bad_value_costs_one_row(engine: DuckDBEngine) -> None:
    """No text makes a cast fail for the rows beside it."""
    texts = ["1e300", "nan", "inf", "9" * 40, "-1e30", "1e18", "infinity", "\\", "'", "", "😀"]
    for table in TABLES.values():
        for column in table.columns:
            for times in ({}, {"": "epoch_s"}, {"": "%d.%m.%Y"}):
                for unit in ("ms", "minutes", "hh:mm:ss"):
                    units = {column.name: unit} if column.type == "duration" else {}
                    if (times and column.type != "time") or (unit != "ms" and not units):
                        continue
                    answers = cast(engine, table.name, column.name, texts, times=times, units=units,
                                   timezone=BERLIN, region="DE")
                    assert len(answers) == len(texts)


# Customer keys ----------------------------------------------------------------------------------


def test_ids_keep_leading_zeros_and_placeholders_are_nobody(engine: DuckDBEngine) -> None:
    texts = {"007": "007", " 12 ": "12", "A-b": "A-b", "00": "00", "12345678901234567890":
             "12345678901234567890"}
    nobody = dict.fromkeys(("0", "-", "N/A", "Anonymous", "NULL", "none", "Unknown", "", "nan"))
    for column in ("customer_ref", "external_id", "anonymous_id"):
        assert cast(engine, "tickets", column, [*texts, *nobody]) == [*texts.values(),
                                                                     *nobody.values()]


def test_emails_are_lower_case_and_have_an_at(engine: DuckDBEngine) -> None:
    texts = {"Ann@Example.DE": "ann@example.de", " a@b.de ": "a@b.de", "x+y@z.co": "x+y@z.co",
             "nobody": None, "@": None, "a@": None, "@b.de": None}
    assert cast(engine, "tickets", "email", list(texts)) == list(texts.values())


def phones(engine: DuckDBEngine, texts: list[str], region: str | None) -> list[Any]:
    return cast(engine, "calls", "phone", texts, region=region)


@pytest.mark.parametrize(("text", "expected"), [
    ("030 1234567", "+49301234567"), ("(030) 123-4567", "+49301234567"),
    ("+49 30 1234567", "+49301234567"), ("0049 30 1234567", "+49301234567"),
    ("49301234567", "+49301234567"), ("tel:+49-30-1234567", "+49301234567"),
    ("+49 (0) 30 1234567", "+49301234567"), ("0049 (0)30 1234567", "+49301234567"),
    ("(+49) 30 1234567", "+49301234567"), ("+39 (0) 6 12345678", "+390612345678"),
    ("sip:+49301234567@10.0.0.1:5060", "+49301234567"), ("+49301234567;ext=12", "+49301234567"),
    ("030 1234567 x12", "+49301234567"), ("030 1234567 ext. 12", "+49301234567"),
    ("+44 20 7946 0000", "+442079460000"), ("110", None), ("anonymous", None), ("withheld", None),
    ("unknown", None), ("", None), ("+", None), ("1" * 18, None), ("1-800-FLOWERS", None),
])
def test_phone_spellings(engine: DuckDBEngine, text: str, expected: str | None) -> None:
    assert phones(engine, [text], "DE") == [expected]


def test_phones_without_a_region(engine: DuckDBEngine) -> None:
    texts = {"+49 30 1234567": "+49301234567", "0049301234567": "+49301234567",
             "030 1234567": "0301234567", "anonymous": None}
    assert phones(engine, list(texts), None) == list(texts.values())


#: What is dialled before a country code, by region.
ABROAD = {"DE": "00", "GB": "00", "US": "011", "FR": "00", "IT": "00", "CH": "00", "AU": "0011"}


@pytest.mark.parametrize("region", ABROAD)
def test_phones_equal_the_library(engine: DuckDBEngine, region: str) -> None:
    """National and international spellings of valid numbers, drawn around the examples."""
    rng = random.Random(region)
    formats = phonenumbers.PhoneNumberFormat
    kinds = phonenumbers.PhoneNumberType
    pairs: dict[str, str] = {}
    for kind in (kinds.FIXED_LINE, kinds.MOBILE, kinds.TOLL_FREE):
        example = phonenumbers.example_number_for_type(region, kind)
        digits = phonenumbers.national_significant_number(example)
        for _ in range(100):
            tail = rng.randint(3, min(7, len(digits) - 2))
            drawn = digits[:-tail] + "".join(rng.choices("0123456789", k=tail))
            number = phonenumbers.parse(f"+{example.country_code}{drawn}")
            if not phonenumbers.is_valid_number(number):
                continue
            expected = phonenumbers.format_number(number, formats.E164)
            national = phonenumbers.format_number(number, formats.NATIONAL)
            for text in (expected, national, "".join(filter(str.isdigit, national)),
                         phonenumbers.format_number(number, formats.INTERNATIONAL),
                         phonenumbers.format_number(number, formats.RFC3966),
                         f"{ABROAD[region]} {expected[1:]}"):
                pairs[text] = expected
    assert len(pairs) > 200
    assert dict(zip(pairs, phones(engine, list(pairs), region), strict=True)) == pairs


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.binary(min_size=1, max_size=130), st.lists(st.tuples(
    st.sampled_from(["customer_ref", "external_id", "email", "phone", "anonymous_id"]),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=4),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1,
            max_size=80)), min_size=1, max_size=6))
def test_keys_are_hmacs_under_the_secret(
    engine: DuckDBEngine, secret: bytes, keys: list[tuple[str, str, str]]
) -> None:
    share_secret(engine, secret)
    engine.register("customer_keys", pa.table({
        "key_hash": range(len(keys)), "key_kind": [k for k, _, _ in keys],
        "scope": [s for _, s, _ in keys], "value": [v for _, _, v in keys]}))
    engine.register("never_link", pa.table({"key_hash": pa.array([], pa.int64())}))
    query = load_model(sql_folder() / "10_staging" / "hashed_keys.sql").query.sql("duckdb")
    got = engine.rows(
        f"SELECT key, key < {1 << 61} AS is_strong FROM ({query}) ORDER BY key_hash")
    for (kind, scope, value), (key, is_strong) in zip(keys, got, strict=True):
        digest = hmac.digest(secret, f"{kind}|{scope}|{value}".encode(), hashlib.sha256)
        folded = int.from_bytes(digest[:8], "big") >> 3
        assert is_strong == (kind in ("customer_ref", "external_id"))
        assert key == folded + (0 if is_strong else 1 << 61)
