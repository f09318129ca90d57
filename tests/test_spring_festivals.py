"""Last year's days around the Spring Festival are those as far from lunar New Year, and the screen says so."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.filters import CUSTOM, Filters
from dashboard.wording import rest
from etl.catalogue.spring_festivals import DAYS_AFTER, DAYS_BEFORE, NEW_YEARS
from etl.periods import Comparison, Period, comparison_period
from etl.snapshot import Snapshot, SnapshotInfo
from etl.words import Language

INFO = SnapshotInfo(
    id="s1",
    published_at=datetime(2026, 11, 2, tzinfo=UTC),
    as_of=datetime(2026, 11, 1),  # noqa: DTZ001  (a label of the business zone, as in the snapshot)
    first_day=date(2024, 11, 1),
    last_day=date(2026, 10, 31),
    time_grain="instant",
    business_zone="Asia/Shanghai",
    is_synthetic=True,
    fraction_units=60,
    currencies=("CNY",),
)
DRAWN = {
    "the week of the festival": ("2026-02-15 2026-02-21", "2025-01-27 2025-02-02"),
    "the first day of the season": ("2026-02-02 2026-02-02", "2025-01-14 2025-01-14"),
    "the day before the season": ("2026-02-01 2026-02-01", "2025-02-02 2025-02-02"),
    "the last day of the season": ("2026-03-13 2026-03-13", "2025-02-22 2025-02-22"),
    "the day after the season": ("2026-03-14 2026-03-14", "2025-03-15 2025-03-15"),
    "a week that ends in the season": ("2026-01-27 2026-02-02", "2025-01-08 2025-01-14"),
    "a quarter": ("2026-01-01 2026-03-31", "2024-12-13 2025-03-12"),
    "half a year": ("2026-01-01 2026-06-30", "2025-01-02 2025-07-01"),
    "more than a year of days": ("2025-11-01 2026-11-10", "2024-10-19 2025-10-28"),
    "a calendar year": ("2026-01-01 2026-12-31", "2025-01-01 2025-12-31"),
    "before the dates that are known": ("2015-02-19 2015-02-25", "2014-02-20 2014-02-26"),
}
SEASONS = st.integers(-DAYS_BEFORE, DAYS_AFTER)


def _period(text: str) -> Period:
    return Period(*map(date.fromisoformat, text.split()))


def _last_year(period: Period) -> Period:
    return comparison_period(period, Comparison.LAST_YEAR, has_festival=True)


def _said(chosen: Filters, info: SnapshotInfo = INFO) -> str:
    return rest(chosen, cast("Snapshot", SimpleNamespace(info=info)))


def _own(text: str, language: Language = Language.EN) -> Filters:
    days = _period(text)
    return Filters(CUSTOM, days.since, days.until, compare=Comparison.LAST_YEAR, language=language)


@pytest.mark.parametrize(("period", "before"), DRAWN.values(), ids=DRAWN.keys())
def test_days_in_the_season_are_held_against_the_same_days_of_the_lunar_year(period: str, before: str) -> None:
    assert _last_year(_period(period)) == _period(before)


@given(at=st.integers(1, len(NEW_YEARS) - 1), offset=SEASONS, days=st.integers(1, 90))
def test_the_festival_falls_on_the_festival(at: int, offset: int, days: int) -> None:
    since = NEW_YEARS[at] + timedelta(days=offset)
    period = Period(since, since + timedelta(days=days - 1))
    before = _last_year(period)

    assert before.days == period.days
    assert before.since - NEW_YEARS[at - 1] == period.since - NEW_YEARS[at]


def test_the_previous_period_keeps_to_weekdays_and_so_do_places_without_the_festival() -> None:
    week = _period("2026-02-15 2026-02-21")

    assert comparison_period(week, Comparison.PREVIOUS, has_festival=True) == _period("2026-02-08 2026-02-14")
    assert comparison_period(week, Comparison.LAST_YEAR) == _period("2025-02-16 2025-02-22")
    elsewhere = replace(INFO, business_zone="Europe/Amsterdam")
    assert _own("2026-02-15 2026-02-21").comparison(elsewhere) == _period("2025-02-16 2025-02-22")


def test_the_screen_says_how_last_year_is_aligned() -> None:
    festival, summer = "2026-02-15 2026-02-21", "2026-07-01 2026-07-07"

    assert "(as many days from lunar New Year, not the same weekdays)" in _said(_own(festival))
    assert "（按距春节天数对齐，而非按星期）" in _said(_own(festival, Language.ZH))
    assert "(the same weekdays)" in _said(_own(summer))
    assert "（按星期对齐）" in _said(_own(summer, Language.ZH))


@pytest.mark.parametrize("days", ["2026-01-19 2026-01-25", "2026-02-01 2026-02-01"])
def test_the_screen_says_where_only_the_days_of_last_year_touch_the_season(days: str) -> None:
    """New Year 2025 was on 29 January, its season from the 14th on; that of 2026 began on 2 February."""
    assert "that year’s Spring Festival season, the days shown do not)" in _said(_own(days))
    assert "（按星期对齐；对比日期涉及当年春运期，所选日期则未涉及）" in _said(_own(days, Language.ZH))


@pytest.mark.parametrize("days", ["2026-01-08 2026-01-12", "2026-03-14 2026-03-14", "2026-01-01 2026-06-30"])
def test_nothing_is_said_of_a_season_that_both_touch_or_neither(days: str) -> None:
    early = replace(INFO, first_day=date(2024, 1, 1))

    assert "(the same weekdays)" in _said(_own(days), early)


def test_nothing_is_said_of_a_season_where_business_does_not_keep_it() -> None:
    elsewhere = replace(INFO, business_zone="Europe/Amsterdam")

    assert "season" not in _said(_own("2026-01-19 2026-01-25"), elsewhere)


def test_nothing_is_said_of_an_alignment_that_nothing_is_compared_by() -> None:
    late = replace(INFO, first_day=date(2025, 11, 1))

    assert "lunar" not in _said(_own("2026-02-15 2026-02-21"), late)
    assert "The log begins on" in _said(_own("2026-02-15 2026-02-21"), late)
    assert "weekdays" not in _said(Filters())
