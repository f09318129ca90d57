"""Where all regions are China's last year is aligned on the festival, and the files say on what."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from dashboard.downloads import _beside
from dashboard.filters import CUSTOM, Filters
from dashboard.screen import Screen
from etl import export
from etl.periods import Comparison
from etl.snapshot import Snapshot
from etl.words import Language

LOG = """
    at         | outcome  | region   | reasons
    2023-01-01 | approved | {region} |
    2025-01-29 | refused  | {region} | U101
    2026-01-05 | approved |          |
"""
FESTIVAL = date(2025, 1, 26), date(2025, 2, 1)
SUMMER = date(2025, 7, 1), date(2025, 7, 7)
YEAR = date(2025, 1, 1), date(2025, 12, 31)


@pytest.mark.parametrize(
    ("region", "days", "before", "aligned"),
    [
        ("CN-GD", FESTIVAL, ("2024-02-07", "2024-02-13"), "spring_festival"),
        ("CN-GD", SUMMER, ("2024-07-02", "2024-07-08"), "weekdays"),
        ("CN-GD", YEAR, ("2024-01-01", "2024-12-31"), "calendar_years"),
        ("US-CA", FESTIVAL, ("2024-01-28", "2024-02-03"), "weekdays"),
    ],
)
def test_the_files_say_what_the_days_compared_with_are_aligned_on(
    publish: Callable[..., Snapshot], region: str, days: tuple[date, date], before: tuple[str, str], aligned: str
) -> None:
    chosen = Filters(CUSTOM, *days, compare=Comparison.LAST_YEAR)
    screen = Screen(publish(LOG.format(region=region)), chosen)
    asked = screen.question(("attempts",))
    told: dict[str, Any] = _beside(screen, asked, has_before=True)
    facts = export.about(screen.ask(asked), screen.snapshot, asked, Language.EN, **told)
    since, until = before
    assert facts["compared_with"] == {"kind": "last_year", "since": since, "until": until, "aligned_on": aligned}


def test_a_log_that_names_no_region_is_taken_by_its_zone_alone(publish: Callable[..., Snapshot]) -> None:
    assert publish("at|outcome\n2026-02-20|approved").info.is_of_china
