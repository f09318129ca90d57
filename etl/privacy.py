"""Keeps who somebody is out of the store: columns of direct identifiers are refused, hashed with a key or dropped."""

import os
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import duckdb
from duckdb import CaseExpression, ColumnExpression, ConstantExpression, Expression, FunctionExpression, StarExpression

from etl.duck import Connection, rename_view
from etl.errors import InvalidValue, UnreadableInput
from etl.profile import ROW, TECHNICAL, Profile

HASH, DROP = "hash", "drop"
KEY_BYTES, HASH_LETTERS = 32, 32
ROWS_LOOKED_AT, STRETCHES, VALUES_LOOKED_AT = 20_000, 4, 2_000
"""Of a file, to see which columns may hold identifiers; of such a column, one by one."""
FEW = 20
"""Below so many values all must be identifiers; from there on the share below is enough."""
SHARE = 0.05
TRUE_SHARE = 0.5
"""Of the values of an identifier's shape, so many must have its check digit: one in ten has it by chance."""
VARIED = 0.2
"""People's names differ more often than that; the names of products come again and again."""
MASK = "***"
MASKED = (
    r"[\w.+-]+@[\w-]+\.[\w.-]+",
    r"\b[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}[\dXx]\b",
    r"(?:\+|\b)(?:86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}\b",
    r"\b(?:62|4\d|5[1-5]|3[47])\d{2}[- ]?\d{4}[- ]?\d{4}[- ]?\d{1,4}(?:[- ]?\d{1,3})?\b",
)
"""What is made unreadable in texts that are kept as they are: rows that broke a rule, lines that are no row."""

SEPARATORS = re.compile(r"[\s().-]+")
IDENTITY = re.compile(r"[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx]")
MOBILE = re.compile(r"(\+?86|0086)?1[3-9]\d{9}")
CARD = re.compile(r"(62\d{14,17}|4\d{12}(\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13})")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]+·[\u4e00-\u9fff]+|[A-Z][a-z'-]+( [A-Z][a-z'.-]*){0,3}")
NAMED = re.compile(
    r".*(姓名|真名)|名字|(申请|借款|联系)人(名称)?"
    r"|((full|first|last|given|family|real|legal|applicant|borrower|customer|contact)[ _-]?)?name|surname",
    re.IGNORECASE,
)
"""What a column of people's names is called."""
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_LETTERS = "10X98765432"
LONG_ENOUGH = ("VARCHAR", "BIGINT", "HUGEINT", "UBIGINT", "DOUBLE", "DECIMAL")
"""DuckDB's types of columns that an identifier fits in."""
BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Kind:
    """A kind of direct identifier: what has its shape, and whether a value of that shape is one."""

    words: str
    shape: re.Pattern[str]
    is_true: Callable[[str], bool] = lambda _: True
    is_number: bool = True

    def is_one(self, value: str) -> bool:
        text = self.bare(value)
        return bool(self.shape.fullmatch(text)) and self.is_true(text)

    def bare(self, value: str) -> str:
        """A number without the blanks and dashes that people put into it."""
        return SEPARATORS.sub("", value.removesuffix(".0")) if self.is_number else value


def has_identity_check(value: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, value, strict=False))
    return CHECK_LETTERS[total % 11] == value[-1].upper()


def has_luhn_check(value: str) -> bool:
    digits = [int(digit) for digit in reversed(value)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


KINDS = (
    Kind("identity numbers", IDENTITY, has_identity_check),
    Kind("mobile numbers", MOBILE),
    Kind("bank card numbers", CARD, has_luhn_check),
    Kind("e-mail addresses", MAIL, is_number=False),
)
NAMES = Kind("names of people", NAME, is_number=False)


@dataclass(frozen=True)
class HashKey:
    """A home's secret: who does not have it cannot find a number by hashing all of them."""

    path: Path

    def text(self) -> str:
        """The key, made at its first use; never to be shown."""
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
        key = self.path.read_bytes()
        if len(key) != KEY_BYTES:
            raise InvalidValue(f"{self.path} is no key of {KEY_BYTES} bytes; put back the one that the home began with")
        return key.hex()


def masked(text: str) -> str:
    """The text without what looks like an identifier."""
    return re.sub("|".join(MASKED), MASK, text, flags=re.ASCII)


def protect(connection: Connection, profile: Profile, place: str, key: HashKey) -> None:
    """Hash and drop columns of the view `source` as the profile says, and refuse identifiers that it says nothing of.

    Raises `UnreadableInput` that names the column and the kind, never a value.
    """
    wanted = _wanted(profile)
    _check_dropped(profile, wanted)
    source = connection.view("source")
    open_columns = [name for name in source.columns if name not in (*TECHNICAL, *wanted)]
    for name in _suspects(source, open_columns):
        if found := _found(source, name):
            raise UnreadableInput(_refusal(masked(place), name, *found, profile))
    if wanted:
        rename_view(connection, "source", "source_as_found")
        hashed = [_hashed(name, key.text(), _nothing(profile, name)) for name, how in wanted.items() if how == HASH]
        kept = StarExpression(exclude=list(wanted))
        connection.view("source_as_found").select(kept, *hashed).create_view("source")


def _wanted(profile: Profile) -> dict[str, str]:
    """By column of the file, whether it is hashed or dropped."""
    hashed = {name: HASH for rule in profile.columns.values() if rule.is_hashed for name in rule.columns}
    return hashed | dict(profile.identifiers)


def _check_dropped(profile: Profile, wanted: dict[str, str]) -> None:
    for column, rule in profile.columns.items():
        for name in rule.columns:
            if wanted.get(name) == DROP:
                raise InvalidValue(
                    f"{profile.name}: {name} is dropped under [identifiers], but columns.{column} is made of it;"
                    f' write {_key(name)} = "{HASH}"'
                )


def _nothing(profile: Profile, name: str) -> tuple[str, ...]:
    rules = (rule for rule in profile.columns.values() if name in rule.columns)
    return (*profile.nothing, *(text for rule in rules for text in rule.nothing))


def _hashed(name: str, key: str, nothing: Iterable[str]) -> Expression:
    """The keyed hash of every value; what means nothing stays as it is."""
    value = FunctionExpression("trim", ColumnExpression(name).cast("varchar"))
    inner = _sha256(ConstantExpression(key), value)
    short = FunctionExpression(
        "substring", _sha256(ConstantExpression(key), inner), ConstantExpression(1), ConstantExpression(HASH_LETTERS)
    )
    case = CaseExpression(value.isin(*map(ConstantExpression, ("", *nothing))), value)
    return case.otherwise(short).alias(name)


def _sha256(*parts: Expression) -> Expression:
    joined = parts[0]
    for part in parts[1:]:
        joined = FunctionExpression("||", joined, part)
    return FunctionExpression("sha256", joined)


def _suspects(source: duckdb.DuckDBPyRelation, names: list[str]) -> list[str]:
    """The columns in which a look at lengths and first letters cannot rule identifiers out.

    Of a long file a few stretches are looked at, and all of a column that has few values in those.
    """
    types = dict(zip(source.columns, map(str, source.types), strict=True))
    texts = [name for name in names if types[name].startswith(LONG_ENOUGH)]
    seen = _likely(_stretches(source), texts)
    seen |= _likely(source, [name for name, (_, filled) in seen.items() if filled < FEW])
    return [name for name, (some, all_) in seen.items() if _is_many(some, all_) or (all_ and NAMED.fullmatch(name))]


def _stretches(source: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Rows from here and there; DuckDB reads no others."""
    rows, long = len(source), ROWS_LOOKED_AT // STRETCHES
    if rows <= ROWS_LOOKED_AT:
        return source
    starts = [start * (rows // STRETCHES) for start in range(STRETCHES)]
    bounds = [(ConstantExpression(start), ConstantExpression(start + long)) for start in starts]
    return reduce(lambda one, more: one.union(more), (source.filter(ColumnExpression(ROW).between(*b)) for b in bounds))


def _spread(rows: duckdb.DuckDBPyRelation, most: int) -> duckdb.DuckDBPyRelation:
    """About so many of the rows, from everywhere."""
    every = len(rows) // most
    return (
        rows.filter(ColumnExpression(ROW) % ConstantExpression(every) == ConstantExpression(0)) if every > 1 else rows
    )


def _likely(rows: duckdb.DuckDBPyRelation, names: list[str]) -> dict[str, tuple[int, int]]:
    """By column, how many values might be identifiers, and how many there are."""
    if not names:
        return {}
    likely = [FunctionExpression("count", CaseExpression(_is_likely(name), ConstantExpression(1))) for name in names]
    filled = [FunctionExpression("count", CaseExpression(_is_filled(name), ConstantExpression(1))) for name in names]
    counted = rows.select(*likely, *filled).fetchall()[0]
    return dict(zip(names, zip(counted, counted[len(names) :], strict=False), strict=True))


def _is_filled(name: str) -> Expression:
    return ColumnExpression(name).cast("varchar") > ConstantExpression(" ")


def _is_likely(name: str) -> Expression:
    text = ColumnExpression(name).cast("varchar")
    length = FunctionExpression("strlen", text)
    is_number = (
        length.between(ConstantExpression(11), ConstantExpression(25))
        & (text > ConstantExpression("("))
        & (text < ConstantExpression(":"))
    )
    return is_number | FunctionExpression("contains", text, ConstantExpression("@"))


def _is_many(some: int, all_: int) -> bool:
    return some > SHARE * all_ if all_ >= FEW else 0 < some == all_


def _found(source: duckdb.DuckDBPyRelation, name: str) -> tuple[str, int] | None:
    """Which identifiers a column holds, and in how many rows; None where it holds none."""
    held = source.filter(_is_filled(name))
    values = _values(_spread(held, VALUES_LOOKED_AT), name)
    kinds = (*KINDS, NAMES) if NAMED.fullmatch(name) else KINDS
    for kind in kinds:
        if _holds(values, kind):
            return kind.words, sum(map(kind.is_one, _values(held, name)))
    return None


def _values(held: duckdb.DuckDBPyRelation, name: str) -> list[str]:
    found = held.select(ColumnExpression(name).cast("varchar")).fetchall()
    return [text for (value,) in found if (text := value.strip())]


def _holds(values: list[str], kind: Kind) -> bool:
    shaped = [text for value in values if kind.shape.fullmatch(text := kind.bare(value))]
    true = sum(map(kind.is_true, shaped))
    is_varied = kind is not NAMES or len(set(shaped)) > VARIED * len(shaped)
    return is_varied and _is_many(true, len(values)) and true >= TRUE_SHARE * len(shaped)


def _refusal(place: str, name: str, words: str, rows: int, profile: Profile) -> str:
    where = (
        f"write a profile (python -m etl profile {place} drafts one)"
        if profile.is_contract
        else f"say in the profile {profile.name}"
    )
    return (
        f"{place}: the column {name} seems to hold {words} ({rows:,} rows), never stored as they are; {where},"
        f' below [identifiers]: {_key(name)} = "{HASH}" (the same person stays the same) or "{DROP}"'
    )


def _key(name: str) -> str:
    return name if BARE_KEY.fullmatch(name) else '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
