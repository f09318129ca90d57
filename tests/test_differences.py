"""How far leading numbers moved against the period before, in words where it could be noise, and against pencil."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from math import sqrt

import pandas as pd
import pytest
from test_movement import WEEK
from test_movers import BEFORE, CALM, NOW, POLICY_IN_SICHUAN, days
from test_movers import drawing as drawing_two_weeks

from dashboard import kpis
from dashboard.kpis import moved
from dashboard.screen import Screen
from etl.catalogue.metrics import METRICS
from etl.differences import differences, is_noise
from etl.intervals import scatter_of_sums
from etl.periods import Period
from etl.query import Question
from etl.snapshot import Snapshot
from etl.words import Language

Z = 1.959963984540054
RATE, COUNTS = ("refusal_rate",), ("refusals", "attempts")
EARLIER = Period(date(2026, 9, 21), date(2026, 10, 4))
EVEN = "{day}|{outcome}|{reasons}|{times}"


def drawing(before: str, now: str) -> str:
    """Three weeks like the one before, so that each weekday can be seen to scatter, and the week now."""
    return "\n".join([drawing_two_weeks(before, now), *days(EARLIER, before)])


def _even(refused: int, approved: int, period: Period) -> list[str]:
    return [
        EVEN.format(day=period.since + timedelta(number), outcome=outcome, reasons=reasons, times=times)
        for number in range(period.days)
        for outcome, reasons, times in (("refused", "U101", refused), ("approved", "", approved))
    ]


@pytest.fixture
def even(publish: Callable[..., Snapshot]) -> Snapshot:
    """Three weeks in which 10 of 100 are refused every day, then one with 20 of 100."""
    weeks = [*_even(10, 90, EARLIER), *_even(10, 90, BEFORE), *_even(20, 80, NOW)]
    return publish("\n".join(["at|outcome|reasons|times", *weeks]))


def _asked(*metrics: str, period: Period = NOW) -> Question:
    return Question(metrics, since=period.since, until=period.until)


def test_a_difference_of_rates_has_the_interval_of_two_independent_rates(even: Snapshot) -> None:
    """70 of 700, then 140 of 700; days that are all alike widen nothing."""
    row = differences(even, _asked(*RATE), BEFORE).iloc[0]
    before, now = 70.5 / 701, 140.5 / 701
    half = Z * sqrt(before * (1 - before) / 700 + now * (1 - now) / 700)
    assert row.to_list() == pytest.approx([0.1, 0.1 - half, 0.1 + half])


def test_a_difference_of_counts_has_the_interval_of_two_poisson_counts(even: Snapshot) -> None:
    row = differences(even, _asked(*COUNTS), BEFORE).iloc[0]
    half = Z * sqrt(70 + 140 + 1)
    assert row[["refusals_change", "refusals_change_low", "refusals_change_high"]].to_list() == pytest.approx(
        [70, 70 - half, 70 + half]
    )
    assert row["attempts_change"] == 0


@pytest.mark.parametrize("period", [NOW, BEFORE], ids=["now", "before"])
def test_the_interval_of_a_thing_with_itself_has_zero_in_its_middle(
    publish: Callable[..., Snapshot], period: Period
) -> None:
    snapshot = publish(drawing(CALM, POLICY_IN_SICHUAN))
    for metric in METRICS:
        if METRICS[metric].unit.value != "money":
            (change, low, high) = differences(snapshot, _asked(metric, period=period), period).iloc[0]
            assert (change, low) == (0, pytest.approx(-high))
            assert is_noise(low, high)


def test_counts_scatter_as_their_variance_over_their_mean_around_each_weekday() -> None:
    """Two weeks of 90, two of 110 on every weekday: around 100, squares of 100 on 28 days, 21 of them free."""
    sums = [90] * 14 + [110] * 14
    daily = pd.DataFrame({"day": pd.date_range("2026-10-05", periods=28), "attempts": sums})
    assert scatter_of_sums(daily, "attempts", is_count=True) == pytest.approx(28 * 100 / 100 / 21)
    assert scatter_of_sums(daily.assign(attempts=100), "attempts", is_count=True) == 1
    for is_count in (True, False):
        assert pd.isna(scatter_of_sums(daily.head(13), "attempts", is_count=is_count))


def test_where_days_are_too_few_to_scatter_no_difference_has_an_interval(publish: Callable[..., Snapshot]) -> None:
    row = differences(publish(drawing_two_weeks(CALM, POLICY_IN_SICHUAN)), _asked(*RATE, *COUNTS), BEFORE).iloc[0]
    for metric in (*RATE, *COUNTS):
        assert pd.notna(row[f"{metric}_change"])
        assert row[[f"{metric}_change_low", f"{metric}_change_high"]].isna().all()


def test_a_side_where_nothing_was_decided_has_no_difference_of_rates(publish: Callable[..., Snapshot]) -> None:
    week = [f"{row}" for row in days(BEFORE, "pending | CN-GD | | 3")]
    snapshot = publish("\n".join(["at|outcome|region|reasons|times", *week, *days(NOW, CALM)]))
    assert differences(snapshot, _asked(*RATE), BEFORE).iloc[0].isna().all()


def test_a_log_of_years_has_differences_without_intervals(publish: Callable[..., Snapshot]) -> None:
    snapshot = publish("at|grain|outcome|reasons\n2014|year|refused|U101\n2015|year|refused|U101\n2015|year|refused|")
    asked = Question(("refusals",), since=date(2015, 1, 1), until=date(2015, 12, 31))
    change, low, high = differences(snapshot, asked, Period(date(2014, 1, 1), date(2014, 12, 31))).iloc[0]
    assert change == 1
    assert pd.isna(low)
    assert pd.isna(high)


@pytest.mark.parametrize(
    ("language", "said"),
    [(Language.EN, "0.0 pp · could be noise"), (Language.ZH, "0.0 个百分点 · 可能只是波动")],
    ids=["en", "zh"],
)
def test_a_tile_says_in_words_what_could_be_noise(
    publish: Callable[..., Snapshot], language: Language, said: str
) -> None:
    calm = Screen(publish(drawing(CALM, CALM)), replace(WEEK, language=language))
    found = moved("refusal_rate", calm)
    assert kpis.said_change("refusal_rate", found, calm) == said
    assert kpis.WITH_ZERO(language) in kpis.said_interval("refusal_rate", found, calm)


def test_a_tile_that_moved_says_the_ends_of_its_interval(publish: Callable[..., Snapshot]) -> None:
    screen = Screen(publish(drawing(CALM, POLICY_IN_SICHUAN)), WEEK)
    _, low, high = found = moved("refusal_rate", screen)
    assert 0 < low < high
    assert kpis.said_change("refusal_rate", found, screen).endswith(" pp")
    assert f"95 % interval +{100 * low:.1f} pp to +{100 * high:.1f} pp" in kpis.said_interval(
        "refusal_rate", found, screen
    )


@pytest.mark.parametrize(
    ("language", "change", "said"),
    [
        (Language.EN, "+19.9 pp · unclear if noise", "It is not known how sure this change is"),
        (Language.ZH, "+19.9 个百分点 · 是否波动未知", "无法判断这一变化有多可靠"),
    ],
    ids=["en", "zh"],
)
def test_a_tile_is_grey_and_says_so_where_it_is_not_known_how_sure_its_change_is(
    publish: Callable[..., Snapshot], language: Language, change: str, said: str
) -> None:
    screen = Screen(publish(drawing_two_weeks(CALM, POLICY_IN_SICHUAN)), replace(WEEK, language=language))
    found = moved("refusal_rate", screen)
    assert kpis.said_change("refusal_rate", found, screen) == change
    assert kpis.said_interval("refusal_rate", found, screen).startswith(said)
    assert kpis.colour(kpis.ROW[0], found, screen) == "gray"


def test_a_tile_that_surely_moved_is_coloured(publish: Callable[..., Snapshot]) -> None:
    screen = Screen(publish(drawing(CALM, POLICY_IN_SICHUAN)), WEEK)
    assert kpis.colour(kpis.ROW[0], moved("refusal_rate", screen), screen) == "red"


def test_the_files_of_the_leading_numbers_carry_the_ends_of_the_intervals(publish: Callable[..., Snapshot]) -> None:
    frame = kpis.frame(Screen(publish(drawing(CALM, POLICY_IN_SICHUAN)), WEEK))
    ends = [f"refusal_rate{end}" for end in ("", "_before", "_change", "_change_low", "_change_high")]
    assert set(ends) <= set(frame)
    assert frame["refusal_rate_change"].item() == pytest.approx(
        frame["refusal_rate"].item() - frame["refusal_rate_before"].item()
    )
