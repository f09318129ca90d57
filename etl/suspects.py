"""Which columns of a file hold direct identifiers. DuckDB looks at every row, Python at what may be one."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from duckdb import (
    CaseExpression,
    ColumnExpression,
    ConstantExpression,
    DuckDBPyRelation,
    Expression,
    FunctionExpression,
)

from etl.identifiers import (
    KINDS,
    MAIL,
    NAMES,
    NUMBER_SHAPES,
    Kind,
    bare_text,
    can_hold,
    kind_within,
    plain,
    plain_text,
)
from etl.rule_expressions import ROW

VALUES_LOOKED_AT = 2_000
"""Of the values of a column that have the shape, one by one; from everywhere."""
FEW, MANY = 20, 20
"""Of so few values half must be identifiers; of more so many are enough, or the share below."""
SHARE, SHARE_OF_FEW = 0.01, 0.5
SHARE_OF_WORDS = 0.05
"""The same of what is so by chance more often: words that may be names, numbers within ids."""
TRUE_SHARE = 0.5
"""Of the values of an identifier's shape, so many must be true ones: one card number in ten is so by chance."""
VARIED = 0.2
"""People's names differ more often than that; the names of products come again and again."""
NAMED = re.compile(
    r".*(姓名|真名)|名字|(申请|借款|联系)人(名称)?"
    r"|((full|first|last|given|family|real|legal|applicant|borrower|customer|contact)[ _-]?)?name|surname",
    re.IGNORECASE,
)
"""What a column of people's names is called."""
LONG_NUMBER = re.compile(r"(?<!\d)[1-9]\d{10,18}(?!\d)")
LONGEST, LEAST = 100, 10_000_000_000
NUMBERS = ("BIGINT", "HUGEINT", "UBIGINT", "DOUBLE", "DECIMAL")
NESTED = ("STRUCT", "MAP", "JSON", "UNION")
OBJECT_STARTS = ("{", "[")


@dataclass(frozen=True)
class Found:
    column: str
    words: str
    rows: int


def found(source: DuckDBPyRelation, names: Iterable[str], ids: Iterable[str]) -> Found | None:
    """The first of the columns that holds identifiers. `ids`: those that are stored as they are, parts of them too."""
    types = types_of(source)
    likely = _counted(source, {name: _is_likely(name, types[name]) for name in names})
    named = [name for name in source.columns if NAMED.fullmatch(name) and is_text(types[name])]
    told = {name for name, count in likely.items() if count or name in ids or name in named}
    filled = _counted(source, {name: _is_filled(name) for name in sorted(told)})
    for name in [name for name, count in filled.items() if count]:
        column = _Column(source, name, filled[name])
        is_told = column.numbers(_is_likely(name, types[name])) if likely[name] else None
        is_told = is_told or (column.names() if name in named else None)
        is_told = is_told or (column.within() if name in ids else None)
        if is_told:
            return Found(name, *is_told)
    return None


def able_to_hold(source: DuckDBPyRelation, names: Iterable[str]) -> list[str]:
    """The columns that are not ruled out by the length of their texts, or the size of their numbers."""
    types = types_of(source)
    able = {name: can_hold(_text(name, types[name])) for name in names if is_text(types[name])}
    able |= {name: _is_large(name) for name in names if types[name].startswith(NUMBERS)}
    able |= {name: _is_filled(name) for name in able if NAMED.fullmatch(name)}
    return [name for name, count in _counted(source, able).items() if count]


def types_of(source: DuckDBPyRelation) -> dict[str, str]:
    return dict(zip(source.columns, map(str, source.types), strict=True))


def is_text(type_: str) -> bool:
    return type_ == "VARCHAR" or type_.startswith(NESTED) or type_.endswith("]")


@dataclass(frozen=True)
class _Column:
    source: DuckDBPyRelation
    name: str
    filled: int

    @property
    def text(self) -> Expression:
        return ColumnExpression(self.name).cast("varchar")

    def numbers(self, is_likely: Expression) -> tuple[str, int] | None:
        """Values that are identifiers, and objects and lists that hold some."""
        held = self.source.filter(is_likely).filter(_is_shaped(self.text))
        count = len(held)
        values = self._values(_spread(held, count))
        for kind in KINDS:
            shaped = [value for value in values if kind.shape.fullmatch(kind.bare(value))]
            true = sum(map(kind.is_one, shaped))
            if true and true >= TRUE_SHARE * len(shaped) and is_many_of(true * count // len(values), self.filled):
                return kind.words, sum(map(kind.is_one, self._values(held)))
        return self._objects(values, count)

    def _objects(self, values: list[str], count: int) -> tuple[str, int] | None:
        kinds = Counter(
            kind.words for value in values if value.startswith(OBJECT_STARTS) and (kind := kind_within(value))
        )
        rows = kinds.total() * count // max(len(values), 1)
        return (kinds.most_common(1)[0][0], rows) if is_many_of(rows, self.filled) else None

    def names(self) -> tuple[str, int] | None:
        values = self._some()
        shaped = [value for value in values if NAMES.is_one(value)]
        is_varied = len(set(shaped)) > VARIED * len(shaped)
        return (NAMES.words, self._rows(shaped, values)) if is_varied and _is_common(shaped, values) else None

    def within(self) -> tuple[str, int] | None:
        """Ids that are made of identifiers, such as APP138…; long numbers must mostly be such."""
        values = self._some()
        kinds = [(value, kind) for value in values if (kind := kind_within(value))]
        numbers = [value for value in values if LONG_NUMBER.search(value)]
        if not _is_common(kinds, values) or len(kinds) < TRUE_SHARE * len(numbers):
            return None
        return kinds[0][1].words, self._rows(kinds, values)

    def _some(self) -> list[str]:
        held = self.source.filter(_is_filled(self.name))
        return self._values(_spread(held, self.filled))

    def _rows(self, some: list[object] | list[str] | list[tuple[str, Kind]], values: list[str]) -> int:
        return len(some) * self.filled // len(values)

    def _values(self, held: DuckDBPyRelation) -> list[str]:
        texts = (plain(value) for (value,) in held.select(self.text).fetchall())
        return [text for text in texts if text]


def _spread(rows: DuckDBPyRelation, count: int) -> DuckDBPyRelation:
    """About so many of the rows as are looked at one by one, from everywhere."""
    every = count // VALUES_LOOKED_AT
    if every < 2:
        return rows
    return rows.filter(
        FunctionExpression("hash", ColumnExpression(ROW)) % ConstantExpression(every) == ConstantExpression(0)
    )


def _counted(source: DuckDBPyRelation, conditions: dict[str, Expression]) -> dict[str, int]:
    """By name, in how many rows its condition is met."""
    if not conditions:
        return {}
    counts = (FunctionExpression("count", CaseExpression(met, ConstantExpression(1))) for met in conditions.values())
    return dict(zip(conditions, source.select(*counts).fetchall()[0], strict=True))


def _is_filled(name: str) -> Expression:
    return ColumnExpression(name).cast("varchar") > ConstantExpression("")


def _is_likely(name: str, type_: str) -> Expression:
    """By length and first letter alone. What starts with 20 is a time or made of one; most words start with none."""
    if not is_text(type_):
        return _is_large(name)
    text = _text(name, type_)
    starts = [("", "20"), ("21", ":"), ("=", ">"), ("\u0080", "\u4e00"), ("\ufe00", "\U0010ffff")]
    length = FunctionExpression("strlen", text)
    is_number = (length < ConstantExpression(LONGEST)) & _any(_between(text, *pair) for pair in starts)
    is_object = _any(_between(text, start, chr(ord(start) + 1)) for start in OBJECT_STARTS)
    is_mail = FunctionExpression("contains", text, ConstantExpression("@"))
    return CaseExpression(can_hold(text), is_number | is_object | is_mail).otherwise(ConstantExpression(False))


def _is_large(name: str) -> Expression:
    return ColumnExpression(name).cast("double") >= ConstantExpression(LEAST)


def _text(name: str, type_: str) -> Expression:
    return ColumnExpression(name) if type_ == "VARCHAR" else ColumnExpression(name).cast("varchar")


def _is_shaped(text: Expression) -> Expression:
    value = plain_text(text)
    is_number = FunctionExpression("regexp_full_match", bare_text(value), ConstantExpression(NUMBER_SHAPES))
    is_mail = FunctionExpression("regexp_full_match", value, ConstantExpression(MAIL.pattern))
    return _any(
        (is_number, is_mail, *(FunctionExpression("starts_with", value, ConstantExpression(s)) for s in OBJECT_STARTS))
    )


def _between(text: Expression, first: str, last: str) -> Expression:
    return (text >= ConstantExpression(first)) & (text < ConstantExpression(last))


def _any(conditions: Iterable[Expression]) -> Expression:
    first, *others = conditions
    for other in others:
        first = first | other
    return first


def is_many_of(some: int, all_: int) -> bool:
    return some >= MANY or some > SHARE * all_ if all_ >= FEW else 0 < some >= SHARE_OF_FEW * all_


def _is_common(some: list[str] | list[tuple[str, Kind]], all_: list[str]) -> bool:
    share = SHARE_OF_WORDS if len(all_) >= FEW else SHARE_OF_FEW
    return 0 < len(some) >= share * len(all_)
