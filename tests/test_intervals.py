"""How sure a rate is: known values of Wilson's interval, and the scatter of days that widens it."""

from collections.abc import Callable

import pandas as pd
import pytest

from etl.intervals import ask_with_intervals, overdispersion, wilson
from etl.query import Attribution, Question, Selection
from etl.snapshot import Snapshot


def _wilson(successes: float, trials: float, dispersion: float = 1.0) -> tuple[float, float]:
    low, high = wilson(pd.Series([successes]), pd.Series([trials]), dispersion)
    return low.item(), high.item()


def _days(counts: list[tuple[int, int]]) -> pd.DataFrame:
    days = pd.date_range("2026-10-05", periods=len(counts))
    return pd.DataFrame({"day": days, "refusals": [k for k, _ in counts], "decided": [n for _, n in counts]})


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(10, 100, 0.05523, 0.17437), (0, 30, 0, 0.11351), (30, 30, 0.88649, 1), (1, 2, 0.09453, 0.90547)],
)
def test_wilsons_interval_has_its_published_ends(successes: int, trials: int, low: float, high: float) -> None:
    assert _wilson(successes, trials) == pytest.approx((low, high), abs=5e-6)


def test_nothing_decided_has_no_interval() -> None:
    assert all(pd.isna(end) for end in _wilson(0, 0))


def test_scatter_counts_as_fewer_attempts() -> None:
    assert _wilson(10, 100, dispersion=4) == pytest.approx(_wilson(2.5, 25))


def test_days_that_scatter_like_independent_attempts_widen_nothing() -> None:
    assert overdispersion(_days([(50, 100)] * 28), "refusals", "decided") == 1


def test_scatter_is_measured_around_the_rate_of_each_weekday() -> None:
    by_weekday = [(10 * weekday + 10, 100) for weekday in range(7)] * 2
    alternating = [(40, 100)] * 7 + [(60, 100)] * 7

    assert overdispersion(_days(by_weekday), "refusals", "decided") == 1
    assert overdispersion(_days(alternating), "refusals", "decided") == pytest.approx(14 * 10**2 / 25 / 7)


@pytest.mark.parametrize("counts", [[], [(5, 10)] * 13, [(0, 0)] * 30, [(0, 10)] * 30, [(10, 10)] * 30])
def test_too_few_days_or_nothing_that_varies_widen_nothing(counts: list[tuple[int, int]]) -> None:
    assert overdispersion(_days(counts), "refusals", "decided") == 1


@pytest.fixture(scope="module")
def snapshot(publish_once: Callable[..., Snapshot]) -> Snapshot:
    return publish_once("""
        outcome  | region | reasons | times
        refused  | CN-GD  | U101    | 10
        approved | CN-GD  |         | 90
        pending  | CN-SH  |         | 5
        """)


def test_an_interval_stands_beside_every_rate_and_around_it(snapshot: Snapshot) -> None:
    overload = {"cause": Selection(("overload",))}
    frame = ask_with_intervals(snapshot, Question(("refusal_rate", "attempts"), ("region",)))
    narrowed = ask_with_intervals(snapshot, Question(("refusal_rate",), where=overload))

    assert frame.loc[0, ["refusal_rate_low", "refusal_rate_high"]].tolist() == pytest.approx(
        [0.05523, 0.17437], abs=5e-6
    )
    assert frame.loc[1, ["refusal_rate", "refusal_rate_low", "refusal_rate_high"]].isna().all()
    assert "attempts_low" not in frame
    assert (narrowed["refusal_rate"].item(), narrowed["refusal_rate_low"].item()) == pytest.approx((0, 0), abs=1e-12)
    assert narrowed["refusal_rate_high"].item() == pytest.approx(_wilson(0, 100)[1])


def test_parts_of_refusals_get_the_interval_that_as_many_whole_ones_would(publish: Callable[..., Snapshot]) -> None:
    divided = publish("outcome|reasons|times\nrefused|U101 P301|20\napproved||80")
    frame = ask_with_intervals(divided, Question(("refusal_rate",), ("cause",), attribution=Attribution.FRACTIONAL))

    assert frame["refusals"].tolist() == [10, 10]
    for _, row in frame.iterrows():
        assert (row["refusal_rate_low"], row["refusal_rate_high"]) == pytest.approx(_wilson(10, 100))


def test_a_log_of_years_has_no_days_to_scatter(publish: Callable[..., Snapshot]) -> None:
    yearly = publish("at|grain|outcome|times\n2014|year|refused|10\n2014|year|approved|90")

    assert ask_with_intervals(yearly, Question(("refusal_rate",)))["refusal_rate_low"].item() == pytest.approx(
        _wilson(10, 100)[0]
    )
