"""Every format and wrapper is read as it was written, and every row of a file is accounted for."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import random
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from journey_analytics.engines import DuckDBEngine
from journey_analytics.errors import DataError
from journey_analytics.sources.adapters import Stream
from journey_analytics.sources.lines import MAX_LINE
from journey_analytics.sources.prepare import copy_binary, copy_text, members
from journey_analytics.sources.readers import read
from journey_analytics.sources.records import file_format

Cells = Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class Read:
    """What a file gave: columns, rows, the line of each row, and (line, rule, raw) of rejects."""

    columns: tuple[str, ...]
    rows: list[tuple[str | None, ...]]
    lines: list[int]
    rejects: list[tuple[int, str, str]]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(tmp_path_factory.mktemp("readers") / "warehouse")
    yield engine
    engine.close()


def read_file(
    engine: DuckDBEngine, path: Path, required: tuple[str, ...] = (), encoding: str | None = None,
    delimiter: str | None = None, member: str = "", hints: Stream | None = None,
) -> Read:
    hints = hints or Stream()
    kind = file_format(path, member, hints)
    target = engine.scratch / f"delivery.{kind}"
    prepared = (
        copy_binary(path, member, target, path.name) if kind in ("parquet", "xlsx")
        else copy_text(path, member, target, encoding, path.name)
    )
    found = read(engine, prepared.path, kind, path.name, hints, delimiter, required)
    rows = engine.rows("SELECT * FROM delivered ORDER BY _line")
    rejects = engine.rows("SELECT line, rule, raw FROM rejected ORDER BY line")
    assert (found.rows, found.rejected) == (len(rows), len(rejects))
    return Read(found.columns, [r[1:] for r in rows], [r[0] for r in rows], rejects)


def read_text(engine: DuckDBEngine, text: str | bytes, name: str = "a.csv", **how: object) -> Read:
    path = engine.folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_file(engine, path, **how)  # type: ignore[arg-type]


PLAIN = [("1", "Ann", "a@b.de"), ("2", None, "x y")]


# Delimited text: delimiters, quotes, line ends, encodings ---------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(engine: DuckDBEngine, delimiter: str) -> None:
    text = "id,name,mail\n1,Ann,a@b.de\n2,,x y\n".replace(",", delimiter)
    got = read_text(engine, text)
    assert got == Read(("id", "name", "mail"), PLAIN, [2, 3], [])


def test_the_delimiter_that_shows_the_wanted_columns_wins(engine: DuckDBEngine) -> None:
    text = "id;name, first, middle, last;mail\n1;Ann;a@b.de\n"
    got = read_text(engine, text, required=("id", "mail"))
    assert got.columns == ("id", "name, first, middle, last", "mail")


@pytest.mark.parametrize("delimiter", ["~", "§", "\x1f", " "])
def test_a_declared_delimiter_is_any_character(engine: DuckDBEngine, delimiter: str) -> None:
    text = f'id{delimiter}note\n1{delimiter}"a{delimiter}b"\n2{delimiter}c,d\n'
    got = read_text(engine, text, delimiter=delimiter)
    assert got.rows == [("1", f"a{delimiter}b"), ("2", "c,d")]


def test_quotes_hold_delimiters_quotes_and_line_breaks(engine: DuckDBEngine) -> None:
    text = 'id,note\n1,"a,b"\n2,"say ""no"""\n3,"two\nlines"\n4,""\n5,5" screen\n6, "so, what"\n'
    got = read_text(engine, text)
    assert got.rows == [("1", "a,b"), ("2", 'say "no"'), ("3", "two\nlines"), ("4", None),
                        ("5", '5" screen')]
    assert got.lines == [2, 3, 4, 6, 7]
    assert got.rejects == [(8, "too many fields", '6, "so, what"')]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False], ids=["ended", "unended"])
def test_line_ends(engine: DuckDBEngine, end: str, last: bool) -> None:
    lines = ["id,name,mail", "1,Ann,a@b.de", "2,,x y"]
    got = read_text(engine, end.join(lines) + end * last)
    assert got == Read(("id", "name", "mail"), PLAIN, [2, 3], [])


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("inside", ["\n", "\r\n", "\r"])
def test_a_line_break_in_quotes_stays_as_it_is(
    engine: DuckDBEngine, end: str, inside: str
) -> None:
    got = read_text(engine, end.join(["id,note", f'1,"a{inside}b"', "2,c", ""]))
    assert got.rows == [("1", f"a{inside}b"), ("2", "c")]


def test_a_bare_carriage_return_outside_quotes_is_text(engine: DuckDBEngine) -> None:
    text = 'id,text,at\n1,fine,10:00\n2,broken \r here,10:01\n3,"q\rq",10:02\n4,x\r,"10:03"\n'
    got = read_text(engine, text)
    assert got.rows == [("1", "fine", "10:00"), ("2", "broken \r here", "10:01"),
                        ("3", "q\rq", "10:02"), ("4", "x\r", "10:03")]
    assert got.lines == [2, 3, 4, 5]


@pytest.mark.parametrize(("encoding", "declared"), [
    ("utf-8", None), ("utf-8-sig", None), ("utf-8-sig", "utf-8"), ("utf-16", None),
    ("utf-16-be", "utf-16-be"), ("latin-1", "latin-1"), ("cp1252", "cp1252"),
])
def test_encodings(engine: DuckDBEngine, encoding: str, declared: str | None) -> None:
    text = "straße;näme\nMüller;é\r\n"
    got = read_text(engine, text.encode(encoding), encoding=declared)
    assert (got.columns, got.rows) == (("straße", "näme"), [("Müller", "é")])


def test_a_wrong_encoding_names_line_byte_and_a_guess(engine: DuckDBEngine) -> None:
    lines = [f"{i},plain" for i in range(300_000)]
    text = "id,name\n" + "\n".join(lines) + "\n1,Müller\n2,Straße\n"
    message = r'^a\.csv:300002: the text is not UTF-8, found byte 0xfc, allowed UTF-8\. Set encod'
    with pytest.raises(DataError, match=message):
        read_text(engine, text.encode("cp1252"))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_mark_is_told(engine: DuckDBEngine, encoding: str) -> None:
    with pytest.raises(DataError, match=f'a.csv:1: the text is not UTF-8.*encoding = "{encoding}"'):
        read_text(engine, "id,name\n1,Müller\n".encode(encoding))


def test_a_missing_mark_of_utf_16_is_told(engine: DuckDBEngine) -> None:
    with pytest.raises(DataError, match=r"a\.csv: the text is not utf-16, .*Correct 'encoding'"):
        read_text(engine, "a,b\n1,2\n", encoding="utf-16")


# Delimited text: headers, blank lines, ragged rows ---------------------------------------------


def test_header_only(engine: DuckDBEngine) -> None:
    assert read_text(engine, "a,b\n") == Read(("a", "b"), [], [], [])
    assert read_text(engine, "a,b") == Read(("a", "b"), [], [], [])


def test_blank_lines_are_no_rows_but_count_as_lines(engine: DuckDBEngine) -> None:
    got = read_text(engine, "\n\r\na,b\n\n1,2\n\r\n\n3,4\n\n")
    assert got == Read(("a", "b"), [("1", "2"), ("3", "4")], [5, 8], [])


@pytest.mark.parametrize("text", ["\n\n", "\ufeff", "\ufeff\r\n"])
def test_nothing_but_blank_lines_is_told(engine: DuckDBEngine, text: str) -> None:
    with pytest.raises(DataError, match="nothing but blank lines"):
        read_text(engine, text)


def test_column_names_become_usable(engine: DuckDBEngine) -> None:
    header = 'id,ID, name ,name,,,record_key,_line,"a ""b""; drop",x\ty\n'
    got = read_text(engine, header + "1,2,3,4,5,6,7,8,9,10\n")
    assert got.columns == ("id", "ID_1", "name", "name_1", "column_5", "column_6", "record_key_1",
                           "_line_1", 'a "b"; drop', "x\ty")
    assert got.rows == [tuple(str(i) for i in range(1, 11))]


def test_without_a_header_short_rows_are_filled(engine: DuckDBEngine) -> None:
    hints = Stream(header=False, delimiter="|", columns=("epoch", "call", "queue", "event"))
    text = '1|a|q1|ENTER\n2|b\n3|"c\nc"|q2\n4|d|q3|EXIT|more\n\n5|\n'
    got = read_text(engine, text, "queue_log", hints=hints)
    assert got.columns == ("epoch", "call", "queue", "event")
    assert got.rows == [("1", "a", "q1", "ENTER"), ("2", "b", None, None),
                        ("3", "c\nc", "q2", None), ("5", None, None, None)]
    assert got.lines == [1, 2, 3, 7]
    assert got.rejects == [(5, "too many fields", "4|d|q3|EXIT|more")]


def test_without_a_header_and_names_columns_are_numbered(engine: DuckDBEngine) -> None:
    got = read_text(engine, "a,b\nc,d\n", hints=Stream(header=False))
    assert got == Read(("column_1", "column_2"), [("a", "b"), ("c", "d")], [1, 2], [])


def test_a_missing_column_suggests_the_renamed_one(engine: DuckDBEngine) -> None:
    message = r"adapter reads: agent_name, found id, agent_nam. Did you mean 'agent_nam'\?"
    with pytest.raises(DataError, match=message):
        read_text(engine, "id,agent_nam\n1,x\n", required=("id", "agent_name"))


def test_too_many_columns_are_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(DataError, match="too many columns, found 1001, allowed 1000"):
        read_text(engine, ",".join(f"c{i}" for i in range(1001)) + "\n")


# Rejects: exact lines, nothing else lost --------------------------------------------------------


def test_rejects_name_their_line_and_cost_no_other_row(engine: DuckDBEngine) -> None:
    text = (
        "id,note,n\n1,a,1\nshort\n2,b,2\n3,c,3,4\n4,\"d\nd\",4\n"  # lines 1-7
        '5,"never closed,5\n6,e,6\n7,"fine",7\n8,"x"y,8\n9,f,9\n'  # lines 8-12
    )
    got = read_text(engine, text)
    assert [(line, rule) for line, rule, _ in got.rejects] == [
        (3, "too few fields"), (5, "too many fields"), (8, "quotes do not match"),
        (11, "quotes do not match")]
    assert got.rejects[2][2] == '5,"never closed,5'
    assert list(zip(got.lines, got.rows, strict=True)) == [
        (2, ("1", "a", "1")), (4, ("2", "b", "2")), (6, ("4", "d\nd", "4")),
        (9, ("6", "e", "6")), (10, ("7", "fine", "7")), (12, ("9", "f", "9"))]


def test_a_quote_never_closed_swallows_nothing(engine: DuckDBEngine) -> None:
    rows = [f"{i},{'x' * 100}" for i in range(100_000)]
    got = read_text(engine, "\n".join(["id,note", '0,"open', *rows]))
    assert got.rejects == [(2, "quotes do not match", '0,"open')]
    assert len(got.rows) == 100_000 and got.lines[-1] == 100_002


def test_two_stray_quotes_swallow_no_row_between_them(engine: DuckDBEngine) -> None:
    got = read_text(engine, 'id,note\n1,"open\n2,b\n3,c\nclosed",x\n4,d\n')
    assert [r[0] for r in got.rows] == ["2", "3", 'closed"', "4"]
    assert got.rejects == [(2, "quotes do not match", '1,"open')]


@pytest.mark.parametrize("name", ["a.csv", "a.ndjson"])
def test_a_line_too_long_is_set_aside(engine: DuckDBEngine, name: str) -> None:
    good, long = ('{"id":1}', '{"id":"' + "x" * MAX_LINE + '"}') if "json" in name else (
        "1", "x" * (MAX_LINE + 1))
    head = [] if "json" in name else ["id"]
    got = read_text(engine, "\n".join([*head, good, long, good, ""]), name)
    first = len(head) + 1
    assert (got.rows, got.lines) == ([("1",), ("1",)], [first, first + 2])
    [(line, rule, raw)] = got.rejects
    assert (line, rule, len(raw)) == (first + 1, "line too long", 10_000)


def test_the_longest_line_allowed_is_read(engine: DuckDBEngine) -> None:
    value = "ä" * (MAX_LINE - 2)
    got = read_text(engine, f"id,t\n1,{value}\n2,b\n")
    assert got.rows == [("1", value), ("2", "b")]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from("ab;,\t \rä"), max_size=6), max_size=40))
def test_lines_without_quotes_are_all_accounted_for(engine: DuckDBEngine, lines: list[str]) -> None:
    text = "\n".join(["a;b;c", *lines]) + "\n"
    independent = [(n, line) for n, line in enumerate(text.split("\n"), 1)
                   if n > 1 and line.removesuffix("\r")]
    good = [(n, line) for n, line in independent if line.count(";") == 2]
    got = read_text(engine, text, required=("a", "b", "c"))
    assert len(got.rows) + len(got.rejects) == len(independent)
    assert got.lines == [n for n, _ in good]
    assert got.rows == [tuple(f or None for f in line.removesuffix("\r").split(";"))
                        for _, line in good]


@settings(derandomize=True, max_examples=100, deadline=None)
@given(st.lists(st.text(st.sampled_from('",ab\r'), max_size=6), max_size=12))
def test_rows_beside_broken_lines_are_all_there(engine: DuckDBEngine, broken: list[str]) -> None:
    rows = [f"{i},row,{i}" for i in range(len(broken) + 1)]
    mixed = [line for pair in zip(rows, broken, strict=False) for line in pair] + rows[-1:]
    got = read_text(engine, "\n".join(["id,kind,n", *mixed]) + "\n", delimiter=",")
    inside = {part for row in got.rows for cell in row for part in (cell or "").split("\n")}
    whole = {",".join(cell or "" for cell in row) for row in got.rows}
    assert [r for r in rows if r not in whole and r not in inside] == []


# The csv module and Arrow as oracles ------------------------------------------------------------

ANY_CELL = st.text(
    st.one_of(st.sampled_from(',;"\n\r\t|\'\\ #=0a\ue00d\u2028\x85\x1c\ufffdé😀'),
              st.characters(exclude_categories=("Cs",), exclude_characters="\0")),
    max_size=8,
)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(ANY_CELL, min_size=width, max_size=width), max_size=8))
#: Line end and quoting under which the csv module's output has one meaning only.
DIALECTS = st.sampled_from([("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL),
                            ("\n", csv.QUOTE_ALL), ("\r", csv.QUOTE_ALL)])


@settings(derandomize=True, max_examples=250, deadline=None)
@given(TABLES, DIALECTS, st.sampled_from(",;\t|§"))
def test_what_the_csv_module_writes_is_read(
    engine: DuckDBEngine, table: list[list[str]], dialect: tuple[str, int], delimiter: str
) -> None:
    end, quoting = dialect
    names = [f"c{i}" for i in range(len(table[0]) if table else 2)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([names, *table])
    back = list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter))
    assert back == [names, *table]
    got = read_text(engine, out.getvalue(), delimiter=delimiter)
    assert got.columns == tuple(names)
    assert got.rows == [tuple(cell or None for cell in row) for row in table]
    assert got.rejects == []


def test_many_rows_with_quotes_are_read_whole(engine: DuckDBEngine) -> None:
    rng = random.Random(7)
    words = ["a", "bb", '"', ",", "\n", "\r\n", 'x"y', '","', '",\n"', '"\n', '\n"', "é", ""]
    rows = [[str(i), *("".join(rng.choices(words, k=rng.choice((0, 1, 8, 200)))) for _ in range(3))]
            for i in range(10_000)]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([list("abcd"), *rows])
    got = read_text(engine, out.getvalue())
    assert got.rejects == []
    assert got.rows == [tuple(c or None for c in row) for row in rows]


# JSON -------------------------------------------------------------------------------------------

NESTED = '{"GreetingPlayed":"true","greetingplayed":"false","GREETINGPLAYED":1}'


def test_ndjson_keeps_nested_values_as_text(engine: DuckDBEngine) -> None:
    text = (
        f'{{"id":1,"attributes":{NESTED},"tags":["a","b"],"note":"</script><b>\\"x\\""}}\n\n'
        '{"id":12345678901234567890,"attributes":{},"note":"","ok":true,"none":null}\r\n'
        '{"id":-0.5e3,"note":"\\u00e4\\ud83d\\ude00"}'
    )
    got = read_text(engine, text, "a.ndjson")
    assert got.columns == ("attributes", "id", "none", "note", "ok", "tags")
    assert got.lines == [1, 3, 4]
    assert got.rows[0] == (NESTED, "1", None, '</script><b>"x"', None, '["a","b"]')
    assert got.rows[1] == ("{}", "12345678901234567890", None, None, "true", None)
    assert got.rows[2] == (None, "-500.0", None, "ä😀", None, None)


def test_numbers_of_twenty_digits_survive(engine: DuckDBEngine) -> None:
    text = '[{"id":98765432109876543210,"deep":{"id":12345678901234567890123}}]'
    got = read_text(engine, text, "a.json")
    assert got.rows == [('{"id":12345678901234567890123}', "98765432109876543210")]


def test_json_lines_that_are_no_object_are_rejected(engine: DuckDBEngine) -> None:
    text = '{"a":1}\nnot json\n{"a":2\n[1,2]\n"text"\nnull\n{"a":3} x\n  \n{"a":4}\n'
    got = read_text(engine, text, "a.jsonl")
    assert (got.rows, got.lines) == ([("1",), ("4",)], [1, 9])
    assert [line for line, _, _ in got.rejects] == [2, 3, 4, 5, 6, 7]
    assert {rule for _, rule, _ in got.rejects} == {"not a JSON object"}
    assert got.rejects[1][2] == '{"a":2'


def test_any_key_is_a_column(engine: DuckDBEngine) -> None:
    keys = ['k"q', "k\\b", "*", "$.a", "", "a.b", "a[0]", "/x", "~1", "é", "q'; drop", "Id", "id"]
    pairs = ",".join(f'"{k.translate({34: chr(92) + chr(34), 92: chr(92) * 2})}":"{i}"'
                     for i, k in enumerate(keys))
    got = read_text(engine, "{" + pairs + "}\n", "a.ndjson")
    expected = sorted((k, str(i)) for i, k in enumerate(keys))
    assert got.rows == [tuple(v for _, v in expected)]
    assert {"column_1", "Id", "id_1", "*", "q'; drop"} <= set(got.columns)


def test_a_json_array_and_one_under_a_path(engine: DuckDBEngine) -> None:
    array = '[{"id":"a","x":{"y":1}},\n 5,\n {"id":"b"}]'
    for text, records in ((array, ""), (f'{{"n":1,"data":{{"rows":{array}}}}}', "data.rows")):
        got = read_text(engine, text, "a.json", hints=Stream("json", records=records))
        assert got.rows == [("a", '{"y":1}'), ("b", None)]
        assert (got.lines, got.rejects) == ([1, 3], [(2, "not a JSON object", "5")])


def test_an_empty_array_is_no_row(engine: DuckDBEngine) -> None:
    assert read_text(engine, "[]", "a.json").rows == []


@pytest.mark.parametrize(("text", "found"), [
    ('{"conversations":[{"id":1}],"total":1}', "keys conversations, total"),
    ('{"id":1}\n{"id":2}\n', "several documents"), ("5", "no array"), ("  ", "no array"),
])
def test_json_without_an_array_is_refused(engine: DuckDBEngine, text: str, found: str) -> None:
    with pytest.raises(DataError, match=rf"no array of records at \$, found {found}\. Name its"):
        read_text(engine, text, "a.json")


def test_broken_json_is_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(DataError, match="not readable as JSON"):
        read_text(engine, '[{"id":1},{"id":', "a.json")


# Parquet and workbooks --------------------------------------------------------------------------


def test_parquet_values_become_text(engine: DuckDBEngine, tmp_path: Path) -> None:
    at = dt.datetime(2026, 3, 29, 1, 30, 0, 250_000)
    table = pa.table({
        "id": pa.array([12345678901234567890, None], pa.uint64()),
        "at": pa.array([at, None], pa.timestamp("us", "UTC")),
        "local": pa.array([at, None], pa.timestamp("ns")),
        "day": [dt.date(2026, 1, 5), None],
        "ok": [True, False],
        "price": pa.array([Decimal("1.10"), None], pa.decimal128(9, 2)),
        "note": ["", 'x"\n</script>'],
        "map": pa.array([[("K", "1"), ("k", "2")], None], pa.map_(pa.string(), pa.string())),
        "struct": [{"a": {"b": [1, 2]}}, None],
        "list": [["a", "b"], []],
        "_line": ["7", "8"],
    })
    pa.parquet.write_table(table, tmp_path / "a.parquet")
    got = read_file(engine, tmp_path / "a.parquet", required=("id", "at"))
    assert got.columns[-1] == "_line_1"
    assert got.rows == [
        ("12345678901234567890", "2026-03-29 01:30:00.25+00", "2026-03-29 01:30:00.25",
         "2026-01-05", "true", "1.10", None, '{"K":"1","k":"2"}', '{"a":{"b":[1,2]}}', '["a","b"]',
         "7"),
        (None, None, None, None, "false", None, 'x"\n</script>', None, None, "[]", "8"),
    ]
    assert got.lines == [1, 2]


def test_a_damaged_parquet_file_is_refused(engine: DuckDBEngine) -> None:
    with pytest.raises(DataError, match="not readable as Parquet"):
        read_text(engine, b"PAR1 but not really PAR1", "a.parquet")


#: Number formats of the cells below: date and time, date, time of day, elapsed time.
STYLES = {dt.datetime: 22, dt.date: 14, dt.time: 21, dt.timedelta: 46}


Cells = Sequence[Sequence[object]]


def write_xlsx(
    path: Path, rows: Cells, first_row: int = 1, others: Mapping[str, Cells] | None = None
) -> None:
    """Write a workbook, as plain as the format allows: the sheet Data, then others by name."""
    def cell(value: object) -> str:
        kind = type(value)
        if value is None:
            return "<c/>"
        if isinstance(value, bool):
            return f'<c t="b"><v>{int(value)}</v></c>'
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
        number = value
        if isinstance(value, dt.timedelta):
            number = value / dt.timedelta(days=1)
        elif isinstance(value, dt.time):
            number = (value.hour * 3600 + value.minute * 60 + value.second) / 86_400
        elif isinstance(value, dt.date):
            moment = dt.datetime(*value.timetuple()[:6])
            number = (moment - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)
        style = list(STYLES).index(kind) + 1 if kind in STYLES else 0
        return f'<c s="{style}"><v>{number!r}</v></c>'

    sheets = ["".join(f'<row r="{n}">{"".join(map(cell, row))}</row>'
                      for n, row in enumerate(part, first_row) if row)
              for part in (rows, *(others or {}).values())]
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>'
                     for n, name in enumerate(("Data", *(others or {})), 1))
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    formats = "".join(f'<xf numFmtId="{n}" applyNumberFormat="1"/>' for n in (0, *STYLES.values()))
    parts = {
        "[Content_Types].xml":
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            f'"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{types}.styles+xml"/>'
            + "".join(f'<Override PartName="/xl/sheet{n}.xml" ContentType="{types}.worksheet+xml"/>'
                      for n in range(1, len(sheets) + 1)) + "</Types>",
        "_rels/.rels":
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/_rels/workbook.xml.rels":
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="styles" '
            f'Type="{office}/styles" Target="styles.xml"/>'
            + "".join(f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="sheet{n}.xml"/>'
                      for n in range(1, len(sheets) + 1)) + "</Relationships>",
        "xl/workbook.xml":
            f'<workbook {main} xmlns:r="{office}"><sheets>{listed}</sheets></workbook>',
        "xl/styles.xml":
            f'<styleSheet {main}><cellXfs count="5">{formats}</cellXfs></styleSheet>',
        **{f"xl/sheet{n}.xml": f"<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>"
           for n, sheet in enumerate(sheets, 1)},
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)


def test_workbook_cells_become_text(engine: DuckDBEngine, tmp_path: Path) -> None:
    rows = [
        ["id", "at", "day", "clock", "took", "ok", "n", "phone", "note"],
        ["007", dt.datetime(2026, 3, 29, 14, 5, 9), dt.date(2026, 1, 5), dt.time(7, 8, 9),
         dt.timedelta(hours=27, minutes=2, seconds=3), True, 1.5, 491701234567, "a,\n\"b\" <c>"],
        [],
        [None, None],
        ["8", dt.datetime(2026, 1, 5), None, dt.time(0, 0), dt.timedelta(seconds=1.25), False, 2,
         None, "=cmd|' /C calc'!A0"],
    ]
    write_xlsx(tmp_path / "a.xlsx", rows)
    got = read_file(engine, tmp_path / "a.xlsx", required=("id", "took"))
    assert got.columns == tuple(rows[0])
    assert got.rows == [
        ("007", "2026-03-29 14:05:09", "2026-01-05", "07:08:09", "27:02:03", "true", "1.5",
         "491701234567", 'a,\n"b" <c>'),
        ("8", "2026-01-05", None, "00:00:00", "00:00:01.250", "false", "2", None,
         "=cmd|' /C calc'!A0"),
    ]
    assert got.lines == [2, 5]


def test_a_sheet_may_begin_below_the_first_row(engine: DuckDBEngine, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [["id", "x"], ["1", "a"], ["2"]], first_row=4)
    got = read_file(engine, tmp_path / "a.xlsx")
    assert got == Read(("id", "x"), [("1", "a"), ("2", None)], [5, 6], [])


def test_a_workbook_is_read_as_one_whatever_the_adapter_says(
    engine: DuckDBEngine, tmp_path: Path
) -> None:
    write_xlsx(tmp_path / "a.xlsx", [["id"], ["1"]])
    assert read_file(engine, tmp_path / "a.xlsx", hints=Stream("csv", ";")).rows == [("1",)]


def test_an_empty_or_damaged_workbook_is_refused(engine: DuckDBEngine, tmp_path: Path) -> None:
    write_xlsx(tmp_path / "a.xlsx", [])
    with pytest.raises(DataError, match="the sheet is empty"):
        read_file(engine, tmp_path / "a.xlsx")
    with pytest.raises(DataError, match="not readable as a workbook"):
        read_text(engine, "id;x\n1;2\n", "a.xlsx")


# Wrappers ---------------------------------------------------------------------------------------

TEXT = b"id,name,mail\n1,Ann,a@b.de\n2,,x y\n"


def pack(path: Path, content: bytes) -> None:
    if path.suffix == ".gz":
        content = gzip.compress(content[:20]) + gzip.compress(content[20:])
    elif path.suffix == ".zst":
        content = pa.compress(content, "zstd", asbytes=True)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("inner/a.csv", content)
    else:
        path.write_bytes(content)


@pytest.mark.parametrize("name", ["a.csv", "A.CSV", "a.csv.gz", "a.csv.zip", "a.csv.zst"])
def test_wrappers(engine: DuckDBEngine, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    pack(path, TEXT)
    [member] = members(path)
    assert read_file(engine, path, member=member).rows == PLAIN


def test_a_zip_of_several_members_is_several_files(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("sub")
        archive.writestr("sub/b.ndjson", '{"id":1}\n')
        archive.writestr("a.csv", "x;y\n1;2\n")
        archive.writestr("__MACOSX/._a.csv", b"\x00\x05\x16\x07")
    assert members(path) == ["a.csv", "sub/b.ndjson"]
    assert read_file(engine, path, member="a.csv").rows == [("1", "2")]
    assert read_file(engine, path, member="sub/b.ndjson").rows == [("1",)]


@pytest.mark.parametrize("name", ["a.csv.gz", "a.csv.zst", "a.zip"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.99])
def test_a_truncated_wrapper_is_refused(
    engine: DuckDBEngine, tmp_path: Path, name: str, kept: float
) -> None:
    path = tmp_path / name
    pack(path, b"id\n" + random.Random(1).randbytes(30_000).hex().encode() + b"\n")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    message = "truncated or damaged .*Deliver it again; nothing of it was taken"
    with pytest.raises(DataError, match=message):
        read_file(engine, path, member=members(path)[0])


def test_a_damaged_or_locked_member_is_refused(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    pack(path, TEXT * 100)
    content = bytearray(path.read_bytes())
    content[60] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(DataError, match="truncated or damaged"):
        read_file(engine, path, member="inner/a.csv")
    pack(path, TEXT)
    content = bytearray(path.read_bytes())
    content[6] |= 1  # the flag of an encrypted member, in both directories
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"the archive cannot be opened .*without a password"):
        read_file(engine, path, member="inner/a.csv")


def test_an_empty_archive_is_told(engine: DuckDBEngine, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("nothing")
    with pytest.raises(DataError, match=r"a\.zip: the archive holds no file\."):
        read_file(engine, path, member=members(path)[0])


@pytest.mark.parametrize("name", ["a.csv", "a.json", "a.parquet", "a.xlsx"])
def test_an_empty_file_is_told(engine: DuckDBEngine, name: str) -> None:
    with pytest.raises(DataError, match=rf"^{name}: the file is empty\. Deliver it again\."):
        read_text(engine, b"", name)
