"""Says where a model leaves the SQL that means the same on DuckDB and Spark.

Transpiling does not make SQL portable; it makes portable SQL run. The constructs named here gave
other rows without a word, or failed, when run on both engines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

#: Functions that are refused, by the syntax tree's name for them: DuckDB's name, what to write.
FUNCTIONS = {
    "TIME_TO_UNIX": ("epoch()", "date_diff('microsecond', …)"),
    "UNIX_TO_TIME": ("epoch_ms()", "date_diff('microsecond', …) / 1000"),
    "EPOCH_US": ("epoch_us()", "date_diff('microsecond', …)"),
    "TO_SECONDS": ("to_seconds()", "interval literals"),
    "TIME_TO_STR": ("strftime()", "times as times until they are printed"),
    "STR_TO_TIME": ("strptime()", "dates parsed in sources/"),
    "TRY_STRPTIME": ("try_strptime()", "dates parsed in sources/"),
    "QUANTILE": ("quantile()", "percentile_disc(…) within group (order by …)"),
    "DAYNAME": ("dayname()", "days since date_trunc('week', …)"),
    "HASH": ("hash()", "keys made in staging"),
}
_DAY_PARTS = {"DOW", "DAYOFWEEK", "ISODOW", "DAYOFWEEK_ISO"}


def problems(query: exp.Query) -> list[str]:
    """Return one sentence for each construct that is not portable."""
    return sorted({text for node in query.walk() for rule in _RULES for text in rule(node)})


def _refused_function(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.Func):
        name = node.name.upper() if isinstance(node, exp.Anonymous) else node.sql_name().upper()
        if name in FUNCTIONS:
            yield "{}: write {}".format(*FUNCTIONS[name])
        elif isinstance(node, exp.Anonymous):
            yield f"{name.lower()}(): not known to be portable"


def _ordered_list(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.ArrayAgg) and node.find(exp.Order):
        yield "list(… order by …): Spark drops the order; write string_agg(… order by …)"
    if isinstance(node, exp.PercentileCont):
        yield "percentile_cont: Spark approximates; write percentile_disc"


def _date_difference(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.DateDiff):
        unit = str(node.args.get("unit") or "DAY").upper().strip("'")
        dates = all(isinstance(side, exp.Cast) and side.is_type("date")
                    for side in (node.this, node.expression))
        if unit != "MICROSECOND" and not (unit == "DAY" and dates):
            yield f"date_diff('{unit.lower()}', …): engines count differently; use microseconds"


def _day_of_week(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.Extract) and node.name.upper() in _DAY_PARTS:
        yield "extract(dow …): off by one; use days since date_trunc('week', …)"
    if isinstance(node, exp.DayOfWeek | exp.DayOfWeekIso):
        yield "day of week: off by one; use days since date_trunc('week', …)"


def _division(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.Div):
        below = node.expression.unnest()
        if not isinstance(below, exp.Literal | exp.Nullif):
            yield f"/ {below.sql('duckdb')}: a zero fails on Spark; write nullif(…, 0)"


def _position(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.Bracket):
        yield "[…]: an index out of range fails on Spark"


def _logarithm(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.Ln) and not node.find_ancestor(exp.Round):
        yield "ln(x): the last digit differs; round it"


def _shape(node: exp.Expr) -> Iterator[str]:
    if isinstance(node, exp.Join) and (node.args.get("method") or "").upper() == "ASOF":
        yield "asof join: write a window over a union"
    if isinstance(node, exp.Star) and (node.args.get("replace") or node.args.get("except_")):
        yield "* replace / exclude: name the columns"
    if isinstance(node, exp.SetOperation) and node.args.get("by_name"):
        yield "union by name: name the columns in order"
    if isinstance(node, exp.TableSample):
        yield "using sample: not portable"
    if isinstance(node, exp.Log) and node.expression is None:
        yield "log(x): another base on Spark; write ln or log10"


_RULES: tuple[Callable[[exp.Expr], Iterator[str]], ...] = (
    _refused_function, _ordered_list, _date_difference, _day_of_week, _division, _position,
    _logarithm, _shape,
)
