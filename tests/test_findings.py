"""The sentence of a card: read off its frame, in both languages, and none where there is nothing to say."""

from dataclasses import replace
from datetime import date, datetime

import pandas as pd
import pytest
from conftest import table
from test_charts import EN, ZH

from dashboard import findings
from dashboard.marks import Marks

CAUSES = pd.DataFrame(
    {"cause": ["debt", "overload"], "refusals": [30, 90], "all_refusals": [120, 120], "refusal_share": [0.25, 0.75]}
)


def rates(drawing: str) -> pd.DataFrame:
    frame = pd.DataFrame(table(drawing)).astype({"refusals": int, "decided": int})
    return frame.assign(refusal_rate=frame["refusals"] / frame["decided"])


CELLS = rates("""
    region | cause    | refusals | decided
    CN-GD  | debt     | 10       | 100
    CN-GD  | overload | 45       | 100
    CN-SC  | debt     | 9        | 10
""")


AFTERNOON = datetime(2026, 10, 8, 15)  # noqa: DTZ001  (a local label, as the snapshot's)


def test_who_leads_and_by_what_share() -> None:
    said = findings.leading("cause")
    assert said(CAUSES, EN) == "**overload** refused most: 90, 75.0% of all refusals."
    assert said(CAUSES, ZH) == "**overload**拒绝最多：90 次，占全部拒绝的 75.0%。"


def test_the_highest_and_the_lowest_are_of_those_with_enough_cases() -> None:
    frame = rates("""
        region | refusals | decided
        CN-GD  | 10       | 100
        CN-SC  | 30       | 100
        CN-MO  | 9        | 10
    """)
    said = "Highest in **CN-SC**, 30.0%; lowest in **CN-GD**, 10.0%; of 2 with at least 30 decided."
    assert findings.extremes("region", "refusal_rate")(frame, EN) == said
    assert "**CN-SC** 30.0%" in str(findings.extremes("region", "refusal_rate")(frame, ZH))


def test_the_highest_cell_comes_with_its_counts() -> None:
    said = findings.highest(("cause", "region"), "refusal_rate")(CELLS, EN)
    assert said == "Highest: **overload · CN-GD**, 45.0% (45 of 100 decided)."


def test_hours_and_weekdays_are_called_by_the_calendar() -> None:
    frame = rates("weekday | hour | refusals | decided\n1 | 0 | 10 | 100\n5 | 20 | 50 | 100")
    frame = frame.astype({"weekday": int, "hour": int})
    assert "**Fri · 20:00**" in str(findings.highest(("weekday", "hour"), "refusal_rate")(frame, EN))
    assert "**周五 · 20:00**" in str(findings.highest(("weekday", "hour"), "refusal_rate")(frame, ZH))


@pytest.fixture
def days() -> Marks:
    """The as-of is in the afternoon of the fourth day."""
    return replace(EN, since=date(2026, 10, 5), until=date(2026, 10, 8), as_of=AFTERNOON)


def counted(*refusals: int) -> pd.DataFrame:
    return pd.DataFrame({"day": pd.date_range("2026-10-05", periods=len(refusals)), "refusals": refusals})


def test_the_fullest_day_is_measured_against_the_median_of_complete_days(days: Marks) -> None:
    said = findings.over_time("refusals")
    assert said(counted(10, 30, 12, 99), days) == "Most: **6 Oct 2026** with 30, 2.5 times the median of 12."
    assert said(counted(10, 11, 10, 99), days) == ("None stands out: at most 11, on **6 Oct 2026**; the median is 10.")


def test_parts_of_a_day_are_added_up_where_the_attribution_allows_it(days: Marks) -> None:
    parts = pd.concat([counted(10, 30, 12).assign(layer=layer) for layer in ("user", "technical")])
    assert "with 60, 2.5 times" in str(findings.over_time("refusals")(parts, days))
    assert findings.over_time("refusals")(parts, replace(days, adds_up=False)) is None


def test_the_day_with_the_highest_rate_has_enough_cases() -> None:
    frame = pd.DataFrame(
        {
            "day": pd.date_range("2026-10-05", periods=4),
            "refusals": [10, 40, 15, 9],
            "decided": [100, 100, 100, 10],
            "refusal_rate": [0.1, 0.4, 0.15, 0.9],
        }
    )
    assert findings.over_time("refusal_rate")(frame, EN) == "Highest: **6 Oct 2026**, 40.0% (40 of 100 decided)."


def test_nothing_is_said_of_one_mark_of_marks_alike_and_of_nothing(days: Marks) -> None:
    alike = rates("region | refusals | decided\nCN-GD | 10 | 100\nCN-SC | 10 | 100")
    assert findings.extremes("region", "refusal_rate")(alike, EN) is None
    assert findings.highest(("region",), "refusal_rate")(alike, EN) is None
    assert findings.extremes("region", "refusal_rate")(alike.head(1), EN) is None
    assert findings.leading("cause")(CAUSES.head(1), EN) is None
    assert findings.leading("cause")(CAUSES.assign(refusals=0), EN) is None
    assert findings.over_time("refusals")(counted(0, 0, 0), days) is None
    assert findings.over_time("refusals")(counted(1, 2), days) is None
