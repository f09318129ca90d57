"""The world's calendar: lunar New Years and releases do not end unsaid."""

import logging
from datetime import date, timedelta

import numpy as np
import pytest

from synthetic_data import make_world
from synthetic_data.demand import SPRING_FESTIVALS, calendar_factor
from synthetic_data.releases import VERSIONS, Rollout
from synthetic_data.world import CALENDAR, RELEASES

NEW_MOON = date(2000, 1, 6)
"""A new moon of which the mean ones are counted; a true one is less than a day away from its mean."""
MONTH = 29.530588861


def test_there_is_a_new_year_for_every_year_of_the_calendar_and_it_is_a_new_moon() -> None:
    years = range(CALENDAR[0].year, CALENDAR[1].year + 1)

    assert [day.year for day in SPRING_FESTIVALS] == list(years)
    for day in SPRING_FESTIVALS:
        assert (1, 21) <= (day.month, day.day) <= (2, 20), day
        age = ((day - NEW_MOON).days + MONTH / 2) % MONTH - MONTH / 2
        assert abs(age) < 1.6, day


def test_people_stay_at_home_at_every_new_year() -> None:
    for day in SPRING_FESTIVALS:
        before = day - timedelta(days=28)
        assert calendar_factor(day) < 0.5 * calendar_factor(before), day


def test_every_year_has_new_releases_and_their_numbers_rise() -> None:
    numbers = [tuple(int(part) for part in release.version.split(".")) for release in RELEASES]

    assert numbers == sorted(set(numbers))
    assert len(VERSIONS) <= np.iinfo(np.uint8).max
    newest = [Rollout.of(date(year, 12, 31)).newest for year in range(CALENDAR[0].year, CALENDAR[1].year + 1)]
    assert newest == sorted(set(newest))


@pytest.mark.parametrize(("end", "lines"), [("2035-12-31", 0), ("2036-01-01", 1), ("2024-01-02", 0), ("2024-01-01", 1)])
def test_a_world_beyond_the_calendar_says_so_in_one_line(
    caplog: pytest.LogCaptureFixture, end: str, lines: int
) -> None:
    with caplog.at_level(logging.WARNING):
        make_world(days=2, attempts=100, end=date.fromisoformat(end))
    said = [record.getMessage() for record in caplog.records]

    assert len(said) == lines
    assert all("has no Spring Festival and no new release outside 2024-01-01 to 2035-12-31" in line for line in said)
