"""Spans of whole days: presets that count back from the as-of, and the span that another is fairly compared with."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from etl.catalogue.spring_festivals import days_to_previous
from etl.errors import UnknownName


class Comparison(StrEnum):
    PREVIOUS = "previous"
    LAST_YEAR = "last_year"


@dataclass(frozen=True)
class Period:
    """From one day to another, both included."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days + 1

    def shifted(self, days: int) -> "Period":
        """As many days, moved as far as asked or as the calendar reaches."""
        reach = max((date.min - self.since).days, min(days, (date.max - self.until).days))
        return Period(self.since + timedelta(days=reach), self.until + timedelta(days=reach))


PRESET_DAYS = {"last7": 7, "last28": 28, "last90": 90, "last365": 365}
ALL = "all"
PRESETS = (*PRESET_DAYS, ALL)
WEEK = 7
WEEKS_OF_A_YEAR = 52
MOST_DAYS_BY_FESTIVAL = 92
"""A quarter."""


def last_complete_day(as_of: datetime) -> date:
    """The newest day that is surely complete: the day before the as-of."""
    return as_of.date() - timedelta(days=1)


def preset_period(preset: str, as_of: datetime, first_day: date) -> Period:
    """The days that a preset means for a log that is complete until `as_of` and starts on `first_day`."""
    if preset not in PRESETS:
        raise UnknownName("period", preset, PRESETS)
    until = max(last_complete_day(as_of), first_day)
    if preset == ALL:
        return Period(first_day, until)
    return Period(max(until - timedelta(days=PRESET_DAYS[preset] - 1), first_day), until)


def comparison_period(period: Period, comparison: Comparison, *, has_festival: bool = False) -> Period:
    """The comparable days before: as many, starting on the same weekday.

    The previous period is moved back by whole weeks, as few as avoid an overlap; last year by at least 52.
    A period of whole calendar years is compared with whole calendar years. Where business keeps the Spring Festival
    (`has_festival`), last year's days are those as far from lunar New Year if the period touches its season. Where
    only last year's days touch one the weekdays are kept, and whoever shows them says so.
    """
    years = _whole_years(period)
    if years:
        return _years_back(period, years if comparison is Comparison.PREVIOUS else 1)
    if has_festival and (lunar := festival_shift(period, comparison)):
        return period.shifted(-lunar)
    weeks = -(-period.days // WEEK)
    if comparison is Comparison.LAST_YEAR:
        weeks = max(weeks, WEEKS_OF_A_YEAR)
    return period.shifted(-weeks * WEEK)


def festival_shift(period: Period, comparison: Comparison) -> int | None:
    """How many days back the same days of the lunar year lie; None where the Spring Festival is not what aligns.

    Longer periods keep to weekdays: 52 weeks before they hold a festival too, and their other days would be misplaced.
    """
    if comparison is not Comparison.LAST_YEAR or period.days > MOST_DAYS_BY_FESTIVAL:
        return None
    return days_to_previous(period.since, period.until)


def _whole_years(period: Period) -> int:
    starts = (period.since.month, period.since.day) == (1, 1)
    ends = (period.until.month, period.until.day) == (12, 31)
    return period.until.year - period.since.year + 1 if starts and ends else 0


def _years_back(period: Period, years: int) -> Period:
    years = min(years, period.since.year - date.min.year)
    return Period(
        period.since.replace(year=period.since.year - years),
        period.until.replace(year=period.until.year - years),
    )
