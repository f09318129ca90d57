"""What the values of a column look like: times and how fine they are, numbers, numbers that tell who somebody is."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from etl.contract import TimeGrain
from etl.drafting.seen import Column
from etl.identifiers import kind_within
from etl.suspects import LONG_NUMBER, OBJECT_STARTS, is_many_of

MOST = 0.95
"""The share of a column's rows that must look alike: files have typing errors."""
HALF = 0.5
CLOCK = r"\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?"
OFFSET = r" ?(Z|[+-]\d{2}:?(\d{2})?)"
BASIC_CLOCK = r"\d{8}T\d{4}(\d{2}([.,]\d+)?)?"
SPOKEN_CLOCK = r"\d{1,2}[时点](\d{2}(分(\d{2}秒)?)?)?"
DAY = r"\d{4}(?P<mark>[-/.])\d{1,2}(?P=mark)\d{1,2}|\d{4}年\d{1,2}月\d{1,2}[日号]"
NUMBERED = r"(?P<first>\d{1,2})(?P<between>[-/.])(?P<second>\d{1,2})(?P=between)\d{4}"
SHAPES = {
    TimeGrain.INSTANT: re.compile(
        rf"(({DAY})[T ]?|{NUMBERED} )([上下]午)?({CLOCK}( ?[AaPp]\.?[Mm]\.?)?({OFFSET})?|{SPOKEN_CLOCK})"
        rf"|{BASIC_CLOCK}({OFFSET})?|1\d{{9}}(\d{{3}})?|[2-7]\d{{4}}\.\d+"
    ),
    TimeGrain.DAY: re.compile(rf"{DAY}|{NUMBERED}|(19|20)\d{{6}}"),
    TimeGrain.MONTH: re.compile(r"\d{4}[-/]\d{1,2}|\d{4}年\d{1,2}月"),
    TimeGrain.YEAR: re.compile(r"(19|20)\d{2}年?"),
}
SPREADSHEET_DAY = re.compile(r"[2-7]\d{4}")
"""What Excel writes for a day; as many codes and amounts look like that."""
ONLY_DIGITS = re.compile(r"\d+")
WITH_OFFSET = re.compile(rf".*({CLOCK}( ?[AaPp]\.?[Mm]\.?)?|{BASIC_CLOCK}){OFFSET}")
BY_NUMBERS = re.compile(rf"{NUMBERED}.*")
DOTTED = re.compile(rf"\d{{1,2}}\.\d{{1,2}}\.\d{{4}}( (?P<clock>{CLOCK}))?")
MONEY = re.compile(r"[¥￥$€£]? ?-?\d{1,3}((,\d{3})+|\d*)(\.\d+)?( ?[万亿元])*")
WHOLE = re.compile(r"-?\d+(\.0+)?")
CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Moments:
    """How a column tells times."""

    grain: TimeGrain
    has_offset: bool
    is_number: bool
    date_order: str | None
    is_by_numbers: bool
    format: str | None


def moments(column: Column, is_called_time: bool = False) -> Moments | None:
    """None for a column that does not tell times."""
    shares = {grain: column.share(is_like(shape)) for grain, shape in SHAPES.items()}
    if is_called_time:
        shares[TimeGrain.DAY] += column.share(is_like(SPREADSHEET_DAY))
    if not column.filled or sum(shares.values()) < MOST:
        return None
    grain = next(grain for grain, share in shares.items() if share > 1 - MOST)
    return Moments(
        grain=grain,
        has_offset=column.share(is_like(WITH_OFFSET)) > MOST,
        is_number=column.share(is_like(ONLY_DIGITS)) > MOST,
        date_order=_order(column),
        is_by_numbers=column.share(is_like(BY_NUMBERS)) > 1 - MOST,
        format=_format(column),
    )


def is_like(shape: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda value: shape.fullmatch(value) is not None


def is_mostly(column: Column, shape: re.Pattern[str]) -> bool:
    return column.filled > 0 and column.share(is_like(shape)) >= MOST


def person(column: Column) -> str | None:
    """What the values are that tell who somebody is."""
    told = {value: kind for value in column.values if (kind := kind_within(value))}
    whole = [value for value, kind in told.items() if kind.is_one(value) or value.startswith(OBJECT_STARTS)]
    long = sum(LONG_NUMBER.search(value) is not None for value in column.values)
    rows, rows_within = (sum(column.values[value] for value in values) for values in (whole, told))
    is_many = (is_many_of(rows, column.filled) or rows_within > HALF * column.filled) and len(told) >= HALF * long
    return next(iter(told.values())).words if told and is_many else None


def _order(column: Column) -> str | None:
    """Whether the day or the month comes first, where some value shows it and none the contrary."""
    found = [found for value in column.values if (found := BY_NUMBERS.fullmatch(value))]
    is_day_first = any(int(match["first"]) > 12 for match in found)
    is_month_first = any(int(match["second"]) > 12 for match in found)
    return {(True, False): "day-first", (False, True): "month-first"}.get((is_day_first, is_month_first))


def _format(column: Column) -> str | None:
    """The format of dates with dots, which are always written day first, where all values share it."""
    clocks = {
        (found["clock"] or "").count(":") if (found := DOTTED.fullmatch(value)) else -1 for value in column.values
    }
    formats = {0: "%d.%m.%Y", 1: "%d.%m.%Y %H:%M", 2: "%d.%m.%Y %H:%M:%S"}
    return formats.get(clocks.pop()) if len(clocks) == 1 else None
