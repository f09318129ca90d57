"""What a direct identifier looks like: its kinds, values without what stands around them, texts with it masked."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from duckdb import CaseExpression, ConstantExpression, Expression, FunctionExpression

from etl.rule_expressions import FULL_WIDTH, HALF_WIDTH

MASK = "***"
BLANKS = "\u3000\u00a0\u202f\u205f" + "".join(map(chr, range(0x2000, 0x200B)))
WIDE, NARROW = FULL_WIDTH + BLANKS, HALF_WIDTH + " " * len(BLANKS)
NARROWED = str.maketrans(WIDE, NARROW)
INVISIBLE = "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
"""Characters of the class Cf that files have."""
AROUND = r"""(?s)^\s*(?:=\s*"\s*(.*?)\s*"|'?\s*(.*?))\s*$"""
"""Blanks, and what spreadsheets put around a number that is to stay text: '138…, ="138…"."""
PLAIN = re.compile(r"[\w.@+-]+", re.ASCII)
"""Most values: nothing in them is wide or invisible, and nothing stands around them."""
ODD = f"[{WIDE}{INVISIBLE[1:]}"
BETWEEN = r"[\s().-]+"

PLACE = r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])\d{4}"
MONTH_DAY = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
COUNTRY = r"(?:(?:\+|00)?86[- ]?)?"
EMBEDDED = (
    rf"{PLACE}(?:19|20)\d{{2}}{MONTH_DAY}\d{{3}}[\dXx]",
    rf"{PLACE}\d{{2}}{MONTH_DAY}\d{{3}}",
    rf"{COUNTRY}1[3-9]\d[- ]?\d{{4}}[- ]?\d{{4}}",
    r"3[47]\d{2}[- ]?\d{6}[- ]?\d{5}",
    r"(?:62|4\d|5[1-5]|2[2-7])\d{2}[- ]?\d{4}[- ]?\d{4}[- ]?\d{1,4}(?:[- ]?\d{1,3})?",
)
MAIL_WITHIN = r"[\w.+-]+@[\w-]+\.[\w.-]+"
NUMBER_WITHIN = "|".join(EMBEDDED)
WITHIN = re.compile(rf"{MAIL_WITHIN}|(?<!\d)(?:{NUMBER_WITHIN})(?!\d)", re.ASCII)
BOUNDED = rf"(^|\D)(?:{NUMBER_WITHIN})($|\D)"
"""The same for DuckDB, which cannot look around: the letter on either side is matched, and put back."""
FOUND_WITHIN = f"{MAIL_WITHIN}|{BOUNDED}"
SHORTEST = 11
"""Bytes of the shortest of them that is no e-mail address."""

IDENTITY = re.compile(r"[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])([0-2]\d|3[01])\d{3}[\dXx]")
OLD_IDENTITY = re.compile(EMBEDDED[1])
MOBILE = re.compile(r"(\+?86|0086)?1[3-9]\d{9}")
CARD = re.compile(r"62\d{14,17}|4\d{12}(\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}")
MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+")
NAME = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]+·[\u4e00-\u9fff]+|[A-Z][a-z'-]+( [A-Z][a-z'.-]*){0,3}")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_LETTERS = "10X98765432"


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
        """The value plain, and a number without the blanks and dashes that people put into it."""
        text = plain(value)
        return re.sub(BETWEEN, "", text.removesuffix(".0")) if self.is_number else text


def has_identity_check(value: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, value, strict=False))
    return CHECK_LETTERS[total % 11] == value[-1].upper()


def has_luhn_check(value: str) -> bool:
    digits = [int(digit) for digit in reversed(value)]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _matches(shape: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: shape.fullmatch(value) is not None


KINDS = (
    Kind("identity numbers", IDENTITY, has_identity_check),
    Kind("identity numbers", re.compile(r"[1-9]\d{14}"), _matches(OLD_IDENTITY)),
    Kind("mobile numbers", re.compile(r"(\+?86|0086)?[1-9]\d{10}"), _matches(MOBILE)),
    Kind("bank card numbers", CARD, has_luhn_check),
    Kind("e-mail addresses", MAIL, is_number=False),
)
"""Most values of the shape must be true ones: other numbers are so by chance."""
NAMES = Kind("names of people", NAME, is_number=False)
NUMBER_SHAPES = "|".join(f"(?:{kind.shape.pattern})" for kind in KINDS if kind.is_number)


def plain(value: str) -> str:
    """The value in half-width letters, without invisible ones and without what stands around it."""
    if PLAIN.fullmatch(value):
        return value
    return re.sub(AROUND, r"\1\2", _narrow(value))


def _narrow(text: str) -> str:
    """Half-width, without invisible letters; neither is ASCII."""
    return text if text.isascii() else re.sub(INVISIBLE, "", text.translate(NARROWED))


def masked(text: str) -> str:
    """The text without what looks like an identifier; one in full-width letters is found too."""
    narrow = _narrow(text)
    return WITHIN.sub(MASK, narrow) if WITHIN.search(narrow) else text


def kind_within(text: str) -> Kind | None:
    """The kind of the first identifier somewhere in a text; its check digit must be right."""
    for found in WITHIN.finditer(_narrow(text)):
        for kind in KINDS:
            if kind.is_one(found.group()):
                return kind
    return None


def narrow_text(text: Expression) -> Expression:
    """In DuckDB: half-width and without invisible letters; most texts have neither and cost next to nothing."""
    is_wide = FunctionExpression("bit_length", text) > FunctionExpression("length", text) * ConstantExpression(8)
    narrow = _replaced(FunctionExpression("translate", text, _text(WIDE), _text(NARROW)), INVISIBLE, "")
    is_odd = CaseExpression(is_wide, FunctionExpression("regexp_matches", text, _text(ODD)))
    return CaseExpression(is_odd.otherwise(ConstantExpression(False)), narrow).otherwise(text)


def plain_text(text: Expression) -> Expression:
    """`plain` in DuckDB."""
    return _replaced(narrow_text(text), AROUND, r"\1\2")


def bare_text(plain: Expression) -> Expression:
    """A plain number without what people put into it, in DuckDB."""
    return _replaced(_replaced(plain, r"\.0$", ""), BETWEEN, "")


def can_hold(text: Expression) -> Expression:
    """Whether a text is long enough, or has the sign of an e-mail address, in DuckDB: cheap."""
    is_long = FunctionExpression("strlen", text) >= ConstantExpression(SHORTEST)
    return CaseExpression(is_long, ConstantExpression(True)).otherwise(FunctionExpression("contains", text, _text("@")))


def is_within(text: Expression) -> Expression:
    """Whether there is something to mask, in DuckDB."""
    found = FunctionExpression("regexp_matches", narrow_text(text), _text(FOUND_WITHIN))
    return CaseExpression(can_hold(text), found).otherwise(ConstantExpression(False))


def masked_text(text: Expression) -> Expression:
    """`masked` in DuckDB. Twice, since neighbours share the letter between them."""
    narrow = _replaced(narrow_text(text), MAIL_WITHIN, MASK)
    for _ in range(2):
        narrow = _replaced(narrow, BOUNDED, rf"\1{MASK}\2")
    return CaseExpression(is_within(text), narrow).otherwise(text)


def _replaced(text: Expression, pattern: str, by: str) -> Expression:
    return FunctionExpression("regexp_replace", text, _text(pattern), _text(by), _text("g"))


def _text(value: str) -> Expression:
    return ConstantExpression(value)
