"""The models' SQL in Spark's words: one dialect is written, the other is made of its syntax tree.

SQLGlot carries the portable subset (``portability.py``) over but for what stands here, each found
by running every model on both engines.
"""

from __future__ import annotations

import copy

import sqlglot
from sqlglot import exp

from ..models import DIALECT

_INTEGERS = ("tinyint", "smallint", "int", "bigint")


def transpile(text: str) -> str:
    """Return a query, written in DuckDB's dialect, in Spark's."""
    query = sqlglot.parse_one(text, dialect=DIALECT)
    for select in list(query.find_all(exp.Select)):
        _write_windows_out(select)
    for node in reversed(list(query.walk())):  # parts before the whole
        _give_same_meaning(node)
    return query.sql(dialect="spark", comments=False)


def _write_windows_out(select: exp.Select) -> None:
    """Put named windows where they are used: Spark cannot give a named one a frame."""
    named = {w.name: w for w in select.args.get("windows") or []}
    for window in list(select.find_all(exp.Window)) if named else []:
        name = window.alias
        if name in named and window.parent_select is select:
            window.set("alias", None)
            for part in ("partition_by", "order", "spec"):
                if not window.args.get(part):
                    window.set(part, copy.deepcopy(named[name].args.get(part)))
    select.set("windows", None)


def _give_same_meaning(node: exp.Expr) -> None:
    """Have Spark do as DuckDB does where the same words mean another type, rounding or NULL."""
    if isinstance(node, exp.Window) and isinstance(node.this, exp.RowNumber):
        node.replace(exp.cast(node.copy(), "bigint"))
    elif isinstance(node, exp.Div):  # never of decimals
        node.set("this", exp.cast(node.this, "double"))
    elif _may_cut_off(node):
        node.set("this", exp.Anonymous(this="bround", expressions=[node.this]))
    elif isinstance(node, exp.ArgMax | exp.ArgMin):  # of the rows whose value is not NULL
        is_there = exp.Not(this=exp.Is(this=exp.paren(node.this), expression=exp.Null()))
        if isinstance(node.parent, exp.Filter):
            where = node.parent.expression
            where.set("this", exp.and_(where.this, is_there))
        else:
            node.replace(exp.Filter(this=node.copy(), expression=exp.Where(this=is_there)))


def _may_cut_off(node: exp.Expr) -> bool:
    """Tell whether it is a cast of what may have a fraction to an integer: DuckDB rounds."""
    return (isinstance(node, exp.Cast) and not isinstance(node, exp.TryCast)
            and node.is_type(*_INTEGERS)
            and not isinstance(node.this.unnest(), exp.Count | exp.Round | exp.Null | exp.Literal))
