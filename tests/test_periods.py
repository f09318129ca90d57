"""Spans of days: presets count back from the as-of, comparisons start on the same weekday and do not overlap."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import UnknownName
from etl.periods import PRESETS, Comparison, Period, comparison_period, last_complete_day, preset_period

AS_OF = datetime(2026, 11, 1, 8, 30)  # noqa: DTZ001 (a local moment of the business zone)
FIRST_DAY = date(2025, 11, 1)

DRAWN_PRESETS = {
    "last7": "2026-10-25 2026-10-31",
    "last28": "2026-10-04 2026-10-31",
    "last90": "2026-08-03 2026-10-31",
    "last365": "2025-11-01 2026-10-31",
    "all": "2025-11-01 2026-10-31",
}
PREVIOUS = {
    "a day": ("2026-10-31 2026-10-31", "2026-10-24 2026-10-24"),
    "a week": ("2026-10-25 2026-10-31", "2026-10-18 2026-10-24"),
    "ten days": ("2026-10-22 2026-10-31", "2026-10-08 2026-10-17"),
    "four weeks": ("2026-10-04 2026-10-31", "2026-09-06 2026-10-03"),
    "a year": ("2016-01-01 2016-12-31", "2015-01-01 2015-12-31"),
    "two years": ("2016-01-01 2017-12-31", "2014-01-01 2015-12-31"),
}
LAST_YEAR = {
    "a week": ("2026-10-25 2026-10-31", "2025-10-26 2025-11-01"),
    "a leap day": ("2024-02-29 2024-02-29", "2023-03-02 2023-03-02"),
    "a year": ("2016-01-01 2016-12-31", "2015-01-01 2015-12-31"),
    "two years": ("2016-01-01 2017-12-31", "2015-01-01 2016-12-31"),
}
DAYS = st.dates(date(1990, 1, 1), date(2090, 1, 1))
PERIODS = st.builds(lambda since, days: Period(since, since + timedelta(days=days)), DAYS, st.integers(0, 800))


def _period(text: str) -> Period:
    return Period(*map(date.fromisoformat, text.split()))


def _is_whole_years(period: Period) -> bool:
    return (period.since.month, period.since.day, period.until.month, period.until.day) == (1, 1, 12, 31)


def test_the_last_complete_day_is_the_one_before_the_as_of() -> None:
    assert last_complete_day(AS_OF) == last_complete_day(AS_OF.replace(hour=0, minute=0)) == date(2026, 10, 31)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_counts_back_from_the_last_complete_day(preset: str) -> None:
    assert preset_period(preset, AS_OF, FIRST_DAY) == _period(DRAWN_PRESETS[preset])


def test_a_preset_begins_no_earlier_than_the_log() -> None:
    assert preset_period("last90", AS_OF, date(2026, 10, 20)) == _period("2026-10-20 2026-10-31")


@pytest.mark.parametrize("preset", PRESETS)
def test_a_log_of_one_incomplete_day_is_that_day(preset: str) -> None:
    assert preset_period(preset, AS_OF, AS_OF.date()) == _period("2026-11-01 2026-11-01")


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"^unknown period 'last9'; did you mean last90"):
        preset_period("last9", AS_OF, FIRST_DAY)


@pytest.mark.parametrize(("period", "before"), PREVIOUS.values(), ids=PREVIOUS.keys())
def test_the_previous_period_is_moved_by_whole_weeks_or_whole_years(period: str, before: str) -> None:
    assert comparison_period(_period(period), Comparison.PREVIOUS) == _period(before)


@pytest.mark.parametrize(("period", "before"), LAST_YEAR.values(), ids=LAST_YEAR.keys())
def test_last_year_is_52_weeks_before_or_the_calendar_year_before(period: str, before: str) -> None:
    assert comparison_period(_period(period), Comparison.LAST_YEAR) == _period(before)


@given(period=PERIODS, comparison=st.sampled_from(Comparison))
def test_days_are_compared_with_as_many_days_from_the_same_weekday_on(period: Period, comparison: Comparison) -> None:
    before = comparison_period(period, comparison)

    assert before.until < period.until
    assert _is_whole_years(period) or (before.days, before.since.weekday()) == (period.days, period.since.weekday())


@given(period=PERIODS)
def test_the_previous_period_ends_before_this_one_starts_and_less_than_a_week_before(period: Period) -> None:
    gap = (period.since - comparison_period(period, Comparison.PREVIOUS).until).days

    assert 1 <= gap <= 7


@given(years=st.integers(1, 5), first=st.integers(1991, 2090))
def test_whole_years_are_compared_with_whole_years(years: int, first: int) -> None:
    period = Period(date(first, 1, 1), date(first + years - 1, 12, 31))
    before = comparison_period(period, Comparison.PREVIOUS)

    assert _is_whole_years(before)
    assert before.until == period.since - timedelta(days=1)


def test_the_calendar_has_two_ends() -> None:
    first, last = Period(date.min, date(1, 1, 9)), Period(date(9999, 12, 30), date.max)
    assert (first.shifted(-7), last.shifted(7)) == (first, last)
    assert comparison_period(Period(date.min, date(1, 12, 31)), Comparison.LAST_YEAR).since == date.min
