"""One region against the rest of the country: both rates, their difference, and how sure it is."""

from collections.abc import Callable
from math import sqrt

import pandas as pd
import pytest

from etl.contrast import against_the_rest
from etl.intervals import wilson
from etl.query import Question, Selection, ask
from etl.snapshot import Snapshot

Shows = Callable[[pd.DataFrame, str], None]
EVERYTHING = Question(("refusal_rate",))
LOG = """
outcome  | region | reasons | channel | times
approved | CN-GD  |         | app     | 60
refused  | CN-GD  | U101    | app     | 30
refused  | CN-GD  | P301    | app     | 10
approved | CN-SH  |         | app     | 150
refused  | CN-SH  | U101    | web     | 40
approved |        |         | web     | 7
refused  |        | T101    | web     | 3
"""


@pytest.fixture(scope="module")
def snapshot(publish_once: Callable[..., Snapshot]) -> Snapshot:
    return publish_once(LOG)


def test_both_sides_stand_beside_each_other_and_what_one_never_saw_is_none_there(
    snapshot: Snapshot, shows: Shows
) -> None:
    shows(
        against_the_rest(snapshot, EVERYTHING, "region", "CN-GD", "cause"),
        """
        cause        | refusals | decided | refusal_rate | refusals_rest | decided_rest | refusal_rate_rest | difference
        overload     | 10       | 100     | 0.1          | 0             | 200          | 0                 | 0.1
        credit_score | 30       | 100     | 0.3          | 40            | 200          | 0.2               | 0.1
        network      | 0        | 100     | 0            | 3             | 200          | 0.015             | -0.015
        """,
    )


def test_both_sides_together_are_the_country(snapshot: Snapshot) -> None:
    found = against_the_rest(snapshot, EVERYTHING, "region", "CN-SH", "cause").set_index("cause")
    country = ask(snapshot, Question(("refusal_rate",), ("cause",))).set_index("cause")

    for name in ("refusals", "decided"):
        assert (found[name] + found[f"{name}_rest"]).to_dict() == country[name].to_dict()


def test_the_interval_of_the_difference_is_newcombes(snapshot: Snapshot) -> None:
    """30 of 100 against 40 of 200, by the formulas of the paper."""

    def wilson(x: int, n: int, z: float = 1.959964) -> tuple[float, float]:
        half, middle = z * sqrt(x / n * (1 - x / n) / n + z * z / 4 / n / n), x / n + z * z / 2 / n
        return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)

    (low, high), (low_rest, high_rest) = wilson(30, 100), wilson(40, 200)
    row = against_the_rest(snapshot, EVERYTHING, "region", "CN-GD", "cause").set_index("cause").loc["credit_score"]

    assert row["difference_low"] == pytest.approx(0.1 - sqrt((0.3 - low) ** 2 + (high_rest - 0.2) ** 2), abs=1e-6)
    assert row["difference_high"] == pytest.approx(0.1 + sqrt((high - 0.3) ** 2 + (0.2 - low_rest) ** 2), abs=1e-6)


def test_other_filters_hold_on_both_sides_and_those_on_regions_on_neither(snapshot: Snapshot, shows: Shows) -> None:
    kept = {
        "region": Selection(("CN-GD",)),
        "macro_region": Selection(("CN-south",)),
        "channel": Selection(("app",)),
        "layer": Selection(("user",)),
    }

    shows(
        against_the_rest(snapshot, Question(("refusal_rate",), where=kept), "region", "CN-GD", "cause"),
        """
        cause        | refusals | decided | refusals_rest | decided_rest
        credit_score | 30       | 100     | 0             | 150
        """,
    )


def test_a_city_of_the_region_does_not_leave_the_rest_without_cities(
    publish: Callable[..., Snapshot], shows: Shows
) -> None:
    snapshot = publish(
        """
        outcome  | region | city   | reasons | times
        approved | CN-GD  | 深圳市 |         | 60
        refused  | CN-GD  | 广州市 | U101    | 40
        approved | CN-SH  | 上海市 |         | 150
        refused  | CN-SH  | 上海市 | U101    | 50
        """
    )
    kept = {"region": Selection(("CN-GD",)), "city": Selection(("深圳市",))}

    shows(
        against_the_rest(snapshot, Question(("refusal_rate",), where=kept), "region", "CN-GD", "cause"),
        """
        cause        | refusals | decided | refusals_rest | decided_rest
        credit_score | 40       | 100     | 50            | 200
        """,
    )


def test_there_is_no_contrast_where_one_side_decided_nothing(publish: Callable[..., Snapshot]) -> None:
    snapshot = publish("outcome|region|reasons\napproved|CN-GD|\nrefused|CN-GD|U101\nwithdrawn|CN-SH|")

    assert against_the_rest(snapshot, EVERYTHING, "region", "CN-GD", "cause").empty
    assert against_the_rest(snapshot, EVERYTHING, "region", "CN-SH", "cause").empty


def test_each_cause_has_the_scatter_of_its_own_days_on_its_own_side(publish: Callable[..., Snapshot]) -> None:
    """In the rest one cause is 10 of 100 every day, another 0 of 100 one week and 40 of 100 the next: φ = 14·20²/16/7.

    Pencil: around a weekday's mean of 20 of 100 each of the 14 days is 20 off, its binomial variance is 16, and 7 days
    are free.
    """
    rows = ["at|outcome|region|reasons|times"]
    for day in range(5, 19):
        surging = 0 if day < 12 else 40
        for region, outcome, reasons, times in (
            ("CN-GD", "refused", "U101", 5),
            ("CN-GD", "approved", "", 95),
            ("CN-SH", "refused", "U101", 10),
            ("CN-SH", "refused", "P301", surging),
            ("CN-SH", "approved", "", 90 - surging),
        ):
            rows.append(f"2026-10-{day:02}|{outcome}|{region}|{reasons}|{times}")

    found = against_the_rest(publish("\n".join(rows)), EVERYTHING, "region", "CN-GD", "cause").set_index("cause")

    for cause, refused, spread in (("credit_score", 140.0, 1.0), ("overload", 280.0, 14 * 20**2 / 16 / 7)):
        low, high = wilson(pd.Series([refused]), pd.Series([1400.0]), spread)
        ends = found.loc[cause, ["refusal_rate_low_rest", "refusal_rate_high_rest"]].to_list()
        assert ends == pytest.approx([low.item(), high.item()])
