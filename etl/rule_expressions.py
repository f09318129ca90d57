"""The rules of a mapping profile as DuckDB expressions over the columns of a file; no SQL text."""

import re
import unicodedata
from collections.abc import Mapping
from functools import reduce
from typing import Any

import duckdb
from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    Expression,
    FunctionExpression,
    LambdaExpression,
)

from etl.catalogue.code_lists import reason_id
from etl.catalogue.region_names import region_spellings
from etl.column_rules import ID, REASONS, ColumnRule
from etl.contract import SLOT_SEPARATOR
from etl.errors import InvalidValue

ROW, FILE, FILE_HASH = TECHNICAL = ("__row", "__file", "__hash")
"""What the columns of a file are joined by; a file that has such a column of its own is refused."""
PART_SEPARATOR = "-"
ESCAPE = "\\"
IN_PARTS = r"[-\\－＼]"
"""What a part of a key has an escape before: its separator and the escape, also in their full width."""
UNSEEN = r"\p{Cf}"
YEAR = re.compile(r"%-?[YyGcx]")
FULL_WIDTH = "".join(map(chr, range(0xFF01, 0xFF5F)))
HALF_WIDTH = unicodedata.normalize("NFKC", FULL_WIDTH)


def filled(name: str, rule: ColumnRule | None, nothing: tuple[str, ...] = ()) -> Expression:
    """The contract's column `name`; the texts in `nothing` are nulls in every column of the file."""
    value = _Filling(name, rule, nothing).value() if rule else ConstantExpression(None).cast("varchar")
    return value.alias(name)


class _Filling:
    """One rule at work: its value, from the texts that the file has."""

    def __init__(self, name: str, rule: ColumnRule, nothing: tuple[str, ...]) -> None:
        self.name = name
        self.rule = rule
        self.nothing = (*nothing, *rule.nothing)

    def value(self) -> Expression:
        rule = self.rule
        if rule.is_row_position:
            row = ColumnExpression(ROW).cast("varchar")
            return FunctionExpression("concat", ColumnExpression(FILE_HASH), _text("-"), row)
        if rule.constant is not None:
            return _text(rule.constant)
        if self.name == REASONS and len(rule.columns) == 1:
            return self._listed(rule.columns[0])
        if self.name == REASONS:
            return _slots([self._code(self._given(column)) for column in rule.columns])
        if rule.format is not None:
            return _moment(self._joined(), rule.format)
        return self._single() if len(rule.columns) == 1 else self._joined()

    def _single(self) -> Expression:
        [name] = self.rule.columns
        if not self.nothing and not self.rule.changes:
            return ColumnExpression(name)
        value = self._given(name)
        if self.rule.regions is not None:
            value = CoalesceOperator(_region(value, self.rule.regions), value)
        if self.rule.values:
            return otherwise(replaced(self._given(name), self.rule.values), self._other(name, value))
        return FunctionExpression("||", _text(self.rule.prefix), value) if self.rule.prefix else value

    def _other(self, name: str, value: Expression) -> Expression:
        """What a spelling becomes that no value names: itself, or what `otherwise` says."""
        if self.rule.otherwise is None:
            return value
        return empty_unless(self._given(name).isnotnull(), _text(self.rule.otherwise))

    def _given(self, name: str) -> Expression:
        """The file's text without spaces around it; null where it is empty or means nothing."""
        return given(ColumnExpression(name), self.nothing)

    def _joined(self) -> Expression:
        """The texts of all columns in one; null where none of them has any, and of a key where one has none."""
        parts = [self._given(name) for name in self.rule.columns]
        if len(parts) == 1:
            return parts[0]
        if self.name != ID:
            return FunctionExpression("nullif", FunctionExpression("concat_ws", _text(" "), *parts), _text(""))
        return _key(parts)

    def _code(self, text: Expression) -> Expression:
        """The reason id behind one slot: through the scheme's spellings, else the text itself as an unmapped code."""
        scheme, known = self.rule.scheme, self.rule.aliases if self.rule.scheme else self.rule.values
        prefix = self.rule.prefix if scheme is None else reason_id(scheme, "")
        unmapped = FunctionExpression("||", _text(prefix), text) if prefix else text
        if self.rule.otherwise is not None:
            unmapped = empty_unless(text.isnotnull(), _text(self.rule.otherwise))
        return CoalesceOperator(_found(text, known), unmapped) if known else unmapped

    def _listed(self, column: str) -> Expression:
        """The codes of a list in their places, one in each; of a text whatever the rule makes of it."""
        cell = ColumnExpression(column)
        text = cell.cast("varchar")
        has_type = FunctionExpression("suffix", FunctionExpression("typeof", cell), _text("]"))
        listed = CaseExpression(has_type, self._coded(_members(FunctionExpression("to_json", cell))))
        written = otherwise(CaseExpression(_is_json_list(text), self._coded(_members(text))), self._told(column))
        return otherwise(listed.when(FunctionExpression("contains", text, _text("[")), written), self._told(column))

    def _told(self, column: str) -> Expression:
        if self.rule.split is not None:
            return self._coded(FunctionExpression("string_split", self._given(column), _text(self.rule.split)))
        return _slots([self._code(self._given(column))]) if self.rule.scheme else self._single().cast("varchar")

    def _coded(self, pieces: Expression) -> Expression:
        """The codes of several pieces, in their places."""
        piece = given(ColumnExpression("piece"), self.nothing)
        code = LambdaExpression("piece", CoalesceOperator(self._code(piece), _text("")))
        codes = FunctionExpression("list_transform", pieces, code)
        return _ended(FunctionExpression("array_to_string", codes, _text(SLOT_SEPARATOR)))


def _is_json_list(text: Expression) -> Expression:
    """Only what is JSON is asked for its type."""
    is_list = FunctionExpression("json_type", text) == _text("ARRAY")
    return otherwise(CaseExpression(FunctionExpression("json_valid", text), is_list), ConstantExpression(False))


def _members(json: Expression) -> Expression:
    return FunctionExpression("json_extract_string", json, _text("$[*]"))


def given(column: Expression, nothing: tuple[str, ...] = ()) -> Expression:
    text = FunctionExpression("nullif", FunctionExpression("trim", column.cast("varchar")), _text(""))
    return empty_unless(text.isnotin(*map(_text, nothing)), text) if nothing else text


def replaced(column: Expression, values: Mapping[str, Any]) -> Any:
    """A CASE that turns each known spelling into its value; the caller adds `otherwise`."""
    (first, first_value), *rest = values.items()
    start = CaseExpression(column == _text(first), _text(first_value))
    return reduce(lambda case, pair: case.when(column == _text(pair[0]), _text(pair[1])), rest, start)


def otherwise(case: Any, value: Expression) -> Expression:
    filled_up: Expression = case.otherwise(value)
    return filled_up


def empty_unless(condition: Expression, value: Expression) -> Expression:
    return otherwise(CaseExpression(condition, value), ConstantExpression(None))


def check_format(format: str) -> None:
    """Raises `InvalidValue` for a format that DuckDB does not know, or that tells no day."""
    if not YEAR.search(format):
        raise InvalidValue(f"format {format!r} names no year; such as %d.%m.%Y %H:%M")
    try:
        duckdb.values([_moment(_text("x"), format)]).fetchall()
    except duckdb.Error as problem:
        raise InvalidValue(f"format {format!r} is none of strptime's: {str(problem).splitlines()[0]}") from problem


def _moment(text: Expression, format: str) -> Expression:
    """The time in ISO text, with an offset where the format has one; what does not follow the format is unreadable.

    One format at a time: in a list, DuckDB carries the offset of one row over to rows without.
    """
    moment = FunctionExpression("try_strptime", text, _text(format)).cast("varchar")
    return CoalesceOperator(moment, FunctionExpression("||", text, _text(f" is not {format}")))


def _region(text: Expression, scheme: str) -> Expression:
    """The region that a spelling means: looked up in a map, since a CASE of hundreds of branches is slower.

    Only what is not found is looked up again without its full width, which costs more than all the rest.
    """
    narrow = FunctionExpression("translate", text, _text(FULL_WIDTH), _text(HALF_WIDTH))
    lowered = (FunctionExpression("lower", spelled) for spelled in (text, narrow))
    return CoalesceOperator(*(_found(spelled, region_spellings(scheme)) for spelled in lowered))


def _found(text: Expression, values: Mapping[str, str]) -> Expression:
    known = FunctionExpression("map", ConstantExpression(list(values)), ConstantExpression(list(values.values())))
    return FunctionExpression("map_extract_value", known, text)


def _key(parts: list[Expression]) -> Expression:
    """One text for each list of parts and no other: each part can be told from it. Null where a part is blank."""
    escaped = [_replaced_all(part, IN_PARTS, rf"{ESCAPE}{ESCAPE}\0") for part in parts]
    visible = [given(_replaced_all(part, UNSEEN, "")) for part in parts]
    is_whole = reduce(lambda these, one: these & one, (text.isnotnull() for text in visible))
    return empty_unless(is_whole, FunctionExpression("concat_ws", _text(PART_SEPARATOR), *escaped))


def _replaced_all(text: Expression, pattern: str, by: str) -> Expression:
    return FunctionExpression("regexp_replace", text, _text(pattern), _text(by), _text("g"))


def _text(value: str) -> Expression:
    return ConstantExpression(value)


def _slots(codes: list[Expression]) -> Expression:
    """The codes joined in their places; blank places at the end are dropped, blank ones before a code stay."""
    places = [CoalesceOperator(code, _text("")) for code in codes]
    return _ended(FunctionExpression("concat_ws", _text(SLOT_SEPARATOR), *places))


def _ended(joined: Expression) -> Expression:
    return FunctionExpression("nullif", FunctionExpression("rtrim", joined, _text(SLOT_SEPARATOR)), _text(""))
