"""A model of DuckDB's SQL as Spark's: sqlglot translates, and here is what it would carry over with another meaning."""

import re
import sys
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

import sqlglot
from sqlglot import ErrorLevel, exp

from etl import duck

ALL_OF_THEM = "g"
END = re.compile(r"(?<!\\)\$(?=$|\||\))")
GROUP = re.compile(r"\\(\d)")
ASCII, UNDERSCORE = r"^[\x00-\x7F]*\z", r"(?<=\d)_(?=\d)"
HOUR_AND_MINUTE = r"([T ]\d{1,2}:\d{2})(?![:\d])"
"""A clock that Spark would not read without seconds."""
BLANKS = "".join(letter for letter in map(chr, range(sys.maxunicode)) if unicodedata.category(letter) == "Zs")
WIDE = exp.DataType.build("decimal(38, 10)")
"""By way of it a text becomes a whole number: DuckDB rounds what is none, Spark would not read it."""


@cache
def spark_model(folder: str, name: str) -> str:
    """`etl/models/<folder>/<name>.sql` for Spark."""
    return spark_sql(duck.model(folder, name))


def spark_sql(text: str) -> str:
    """One select of DuckDB's as Spark's, for a session whose clock is UTC. Raises `SqlglotError` where it cannot be."""
    tree = sqlglot.parse_one(text, read="duckdb", error_level=ErrorLevel.RAISE)
    for kind, change in CHANGES:
        for node in list(tree.find_all(kind)):
            change(node)
    return tree.sql(dialect="spark", comments=False, unsupported_level=ErrorLevel.RAISE)


def _end_where_the_text_ends(node: exp.Expression) -> None:
    """Java's `$` is also before a last line feed, DuckDB's only at the very end."""
    node.set("expression", exp.Literal.string(END.sub(r"\\z", node.expression.name)))


def _replace_as_often(node: exp.Expression) -> None:
    r"""Spark replaces all that matches and calls a group `$1`; DuckDB the first, unless told, and calls it `\1`."""
    pattern, by = node.expression.name, GROUP.sub(r"$\1", node.args["replacement"].name)
    modifiers = node.args.get("modifiers")
    if modifiers is None or modifiers.name != ALL_OF_THEM:
        pattern, by = _first_alone(pattern, by)
    node.set("modifiers", None)
    node.set("expression", exp.Literal.string(pattern))
    node.set("replacement", exp.Literal.string(by))


def _first_alone(pattern: str, by: str) -> tuple[str, str]:
    """What follows the first match is taken along and put back; a pattern bound to an end matches once anyhow."""
    if pattern.startswith("^") or pattern.endswith(r"\z"):
        return pattern, by
    return rf"(?s){pattern}(.*)\z", f"{by}${re.compile(pattern).groups + 1}"


def _read_alike(node: exp.Expression) -> None:
    """A text as a number or a time, where the two read it differently."""
    text, to = node.this, node.args["to"]
    if isinstance(text, exp.Mul):
        return
    if to.is_type("int", "decimal"):
        node.set("this", _number(text.copy(), is_whole=to.is_type("int")))
    elif to.is_type("timestamp", "timestampntz"):
        node.set("this", _replaced(text.copy(), HOUR_AND_MINUTE, "$1:00"))


def _number(text: exp.Expression, *, is_whole: bool) -> exp.Expression:
    """Java reads the digits of every script, DuckDB those of ASCII, also `1_000`, and rounds what is not whole."""
    plain = exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(ASCII))
    digits = exp.case().when(plain, _replaced(text, UNDERSCORE, ""))
    return exp.Round(this=exp.TryCast(this=digits, to=WIDE.copy(), safe=True)) if is_whole else digits


def _replaced(text: exp.Expression, pattern: str, by: str) -> exp.Expression:
    return exp.RegexpReplace(this=text, expression=exp.Literal.string(pattern), replacement=exp.Literal.string(by))


def _trim_every_blank(node: exp.Expression) -> None:
    """DuckDB trims the blanks of every script."""
    if node.expression is None:
        node.set("expression", exp.Literal.string(BLANKS))
        node.set("position", "BOTH")


def _stay_in_utc(node: exp.Expression) -> None:
    """`at time zone 'UTC'` changes nothing where the clock is UTC; to another zone it is from there."""
    if isinstance(node.args["zone"], exp.Literal):
        node.replace(node.this)


CHANGES: tuple[tuple[Any, Callable[[Any], None]], ...] = (
    (exp.RegexpLike, _end_where_the_text_ends),
    (exp.RegexpExtract, _end_where_the_text_ends),
    (exp.RegexpReplace, _end_where_the_text_ends),
    (exp.RegexpReplace, _replace_as_often),
    (exp.TryCast, _read_alike),
    (exp.Trim, _trim_every_blank),
    (exp.AtTimeZone, _stay_in_utc),
)
