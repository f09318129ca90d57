"""Numbers, money and dates as people read them in each language (万/亿 in Chinese); nothing is computed."""

from datetime import date, datetime
from functools import lru_cache
from math import isnan

from babel.dates import format_date, format_datetime
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)

from etl.words import Language, Words

NOTHING = "–"
_LOCALES = {Language.EN: "en", Language.ZH: "zh_CN"}
_DAYS = Words(en="d MMM y", zh="y年M月d日")
_POINTS = Words(en="{number} pp", zh="{number} 个百分点")
_BUCKETS = {
    "year": Words(en="y", zh="y年"),
    "quarter": Words(en="QQQ y", zh="y年QQQ"),
    "month": Words(en="MMM y", zh="y年M月"),
}


def locale(language: Language) -> str:
    return _LOCALES[language]


def count(number: float | None, language: Language) -> str:
    """Every digit: 1,234,567."""
    return NOTHING if _is_nothing(number) else format_decimal(number, "#,##0.#", locale=locale(language))


def compact(number: float | None, language: Language) -> str:
    """Few digits: 1.23M, 123万."""
    if _is_nothing(number):
        return NOTHING
    if abs(number) < 1000:
        return count(number, language)
    return str(format_compact_decimal(number, locale=locale(language), fraction_digits=2))


def money(amount: float | None, currency: str | None, language: Language, *, is_compact: bool = True) -> str:
    """An amount with its currency's sign, or without one where the log names no currency."""
    if _is_nothing(amount) or not currency:
        return compact(amount, language) if is_compact else count(amount, language)
    if is_compact:
        return str(format_compact_currency(amount, currency, locale=locale(language), fraction_digits=2))
    return str(format_currency(amount, currency, locale=locale(language)))


def percent(rate: float | None, language: Language, digits: int = 1) -> str:
    """A rate: 22.7%."""
    pattern = f"#,##0.{'0' * digits}%" if digits else "#,##0%"
    return NOTHING if _is_nothing(rate) else format_percent(rate, pattern, locale=locale(language))


def points(difference: float | None, language: Language, digits: int = 1) -> str:
    """A difference of two rates, signed: +1.2 pp."""
    if _is_nothing(difference):
        return NOTHING
    number = format_decimal(difference * 100, f"+0.{'0' * digits};−0.{'0' * digits}", locale=locale(language))
    return _POINTS(language, number=unsigned_zero(number))


def signed(number: float | None, language: Language) -> str:
    """A difference of two counts: +1,204."""
    if _is_nothing(number):
        return NOTHING
    return unsigned_zero(format_decimal(number, "+#,##0;−#,##0", locale=locale(language)))


def unsigned_zero(text: str) -> str:
    """A signed number as text, without its sign where it is rounded to zero."""
    return text if is_change(text) else text.lstrip("+−")


def is_change(text: str) -> bool:
    """Whether the number as it is shown differs from zero."""
    return any(digit in text for digit in "123456789")


def day(value: date, language: Language) -> str:
    return str(format_date(value, _DAYS(language), locale=locale(language)))


@lru_cache(maxsize=4096)
def bucket(value: date, grain: str, language: Language) -> str:
    """A bucket of time by its first day: `Mar 2026` for a month, the day itself for a week or a day."""
    pattern = _BUCKETS.get(grain, _DAYS)
    return str(format_date(value, pattern(language), locale=locale(language)))


def span(since: date, until: date, language: Language, grain: str = "day") -> str:
    """From the first to the last, both included; one name where both fall into one bucket."""
    names = [bucket(since, grain, language), bucket(until, grain, language)]
    return names[0] if names[0] == names[1] else " – ".join(names)


def moment(value: datetime, language: Language) -> str:
    return str(format_datetime(value, f"{_DAYS(language)} HH:mm", locale=locale(language)))


def language_of(locale_name: str | None) -> Language:
    """The language to open in for a browser's locale such as `zh-CN`."""
    return Language.ZH if (locale_name or "").lower().startswith("zh") else Language.EN


def _is_nothing(number: float | None) -> bool:
    return number is None or isnan(number)
