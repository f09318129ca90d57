"""Logs whose times are of several grains: years, months, days and instants side by side."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from etl.query import Question, ask
from etl.snapshot import Snapshot

Publish = Callable[..., Snapshot]


@pytest.mark.parametrize(
    ("rows", "last_day"),
    [
        (("2017 | year", "2018-12 | month"), "2018-12-31"),
        (("2017-12 | month", "2018 | year"), "2018-12-31"),
        (("2017 | year", "2018-03-05 | day"), "2018-03-05"),
        (("2017 | year", "2018-03-05 09:30 | instant"), "2018-03-05"),
        (("2018 | year", "2018-01 | month", "2018-01-01 | day"), "2018-12-31"),
    ],
)
def test_a_log_of_years_and_months_ends_where_its_last_row_does(
    publish: Publish, rows: tuple[str, ...], last_day: str
) -> None:
    mixed = publish("\n".join(("at | grain", *rows)))

    assert str(mixed.info.last_day) == last_day
    assert mixed.info.as_of.date() == mixed.info.last_day + timedelta(1)
    assert ask(mixed, Question(("attempts",), ("year",)))["attempts"].min() > 0
