"""What moved beyond chance: planted changes are found where they are, and what only scatters is not told."""

from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.errors import InvalidValue
from etl.movers import _discovered, movers
from etl.periods import Period
from etl.query import Attribution, Question, ask
from etl.snapshot import EVERYWHERE, Snapshot

BEFORE, NOW = Period(date(2026, 10, 5), date(2026, 10, 11)), Period(date(2026, 10, 12), date(2026, 10, 18))
HEADER = "at|outcome|region|reasons|times"


def days(period: Period, rows: str) -> list[str]:
    """The same rows on each day, which differ a little from day to day as real ones do."""
    drawn = []
    for number in range(period.days):
        for row in rows.strip().splitlines():
            *cells, times = [cell.strip() for cell in row.split("|")]
            drawn.append(f"{period.since + timedelta(number)}|{'|'.join(cells)}|{int(times) + number % 3}")
    return drawn


def drawing(before: str, now: str) -> str:
    return "\n".join([HEADER, *days(BEFORE, before), *days(NOW, now)])


def moved(snapshot: Snapshot, **asked: object) -> pd.DataFrame:
    return movers(snapshot, _question(**asked), BEFORE)[0]


def _question(**asked: object) -> Question:
    return Question(("refusal_rate",), since=NOW.since, until=NOW.until, **asked)  # type: ignore[arg-type]


CALM = """
    approved | CN-GD |      | 90
    refused  | CN-GD | U101 | 10
    approved | CN-SC |      | 90
    refused  | CN-SC | U101 | 10
"""
POLICY_IN_SICHUAN = """
    approved | CN-GD |      | 90
    refused  | CN-GD | U101 | 10
    approved | CN-SC |      | 50
    refused  | CN-SC | U101 | 10
    refused  | CN-SC | P101 | 40
"""
OVERLOAD_EVERYWHERE = """
    approved | CN-GD |      | 60
    refused  | CN-GD | U101 | 10
    refused  | CN-GD | P301 | 30
    approved | CN-SC |      | 60
    refused  | CN-SC | U101 | 10
    refused  | CN-SC | P301 | 30
"""


def test_a_cause_that_moved_in_one_region_is_told_there_alone(publish: Callable[..., Snapshot]) -> None:
    snapshot = publish(drawing(CALM, POLICY_IN_SICHUAN))
    (policy,) = moved(snapshot).to_dict("records")
    assert (policy["cause"], policy["region"]) == ("policy", "CN-SC")
    assert (policy["refusals"], policy["refusals_before"]) == (7 * 40 + 6, 0)
    assert policy["additional"] == pytest.approx(7 * 40 + 6)
    assert policy["change_low"] > 0


def test_a_cause_that_moved_alike_everywhere_is_one_line(publish: Callable[..., Snapshot]) -> None:
    found = moved(publish(drawing(CALM, OVERLOAD_EVERYWHERE)))
    assert [(row.cause, row.region) for row in found.itertuples()] == [("overload", EVERYWHERE)]


def test_what_went_back_is_told_with_fewer_refusals(publish: Callable[..., Snapshot]) -> None:
    (policy,) = moved(publish(drawing(POLICY_IN_SICHUAN, CALM))).to_dict("records")
    assert policy["additional"] < policy["additional_high"] < 0


def test_weeks_alike_tell_nothing_and_say_how_much_was_tested(publish: Callable[..., Snapshot]) -> None:
    found, tested = movers(publish(drawing(CALM, CALM)), _question(), BEFORE)
    assert (len(found), tested) == (0, 3)


def test_a_log_without_regions_tells_causes(publish: Callable[..., Snapshot]) -> None:
    before = "approved | 90\n refused | 10"
    rows = [f"{row.replace('refused|', 'refused|U101|')}" for row in days(BEFORE, before)]
    drawn = "\n".join(
        [
            "at|outcome|reasons|times",
            *(row if "U101" in row else row.replace("approved|", "approved||") for row in rows),
            *(f"{NOW.since + timedelta(number)}|refused|P301|{60 + number}" for number in range(7)),
            *(f"{NOW.since + timedelta(number)}|approved||{60 + number}" for number in range(7)),
        ]
    )
    found = moved(publish(drawn))
    assert ("overload", EVERYWHERE) in {(row.cause, row.region) for row in found.itertuples()}
    assert set(found["region"]) == {EVERYWHERE}


@pytest.mark.parametrize("attribution", Attribution)
def test_the_rates_are_those_of_the_question(publish: Callable[..., Snapshot], attribution: Attribution) -> None:
    snapshot = publish(drawing(CALM, POLICY_IN_SICHUAN))
    (policy,) = moved(snapshot, attribution=attribution).to_dict("records")
    asked = ask(snapshot, _question(by=("cause", "region"), attribution=attribution)).set_index(["cause", "region"])
    shown = asked.loc[("policy", "CN-SC")]
    assert (policy["refusal_rate"], policy["refusals"], policy["decided"]) == pytest.approx(
        (shown["refusal_rate"], shown["refusals"], shown["decided"])
    )
    assert policy["additional"] == pytest.approx(policy["refusals"] - policy["refusal_rate_before"] * policy["decided"])


def test_a_log_of_years_says_that_its_times_are_too_coarse(publish: Callable[..., Snapshot]) -> None:
    snapshot = publish("at|grain|outcome|reasons\n2014|year|refused|U101\n2015|year|approved|")
    with pytest.raises(InvalidValue, match="day"):
        movers(snapshot, Question(("refusal_rate",)), BEFORE)


def test_false_discoveries_are_held_by_the_step_up() -> None:
    """Of five, the smallest must be below 1 %, the second 2 % and so on; one that is carries all before it."""
    assert list(_discovered(pd.Series([0.001, 0.9, 0.04, 0.03, 0.6]))) == [True, False, False, False, False]
    assert list(_discovered(pd.Series([0.011, 0.9, 0.03, 0.02, 0.6]))) == [True, False, True, True, False]
    assert list(_discovered(pd.Series([0.011, 0.9, 0.04, 0.03, 0.6]))) == [False] * 5
    assert list(_discovered(pd.Series([], dtype=float))) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_whatever_is_told_has_a_smaller_p_than_what_is_not(p_values: list[float]) -> None:
    tested = pd.Series(p_values)
    told = _discovered(tested)
    assert not told.any() or told.all() or tested[told].max() < tested[~told].min()
