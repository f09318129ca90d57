"""Questions to small drawn logs: scope, time, places, money, unknown names, and which rollup answers."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd
import pytest

from etl.errors import InvalidValue, RefusalLensError
from etl.query import Question, Selection, ask
from etl.snapshot import Snapshot

Shows = Callable[[pd.DataFrame, str], None]

LOG = """
at               | outcome   | region | channel | reasons   | amount | currency | times
2026-10-05 09:10 | approved  | CN-GD  | app     |           | 100    | CNY      | 3
2026-10-05 09:50 | refused   | CN-GD  | app     | U101      | 200.50 | CNY      | 2
2026-10-05 23:30 | refused   | CN-GD  | web     | P301 U101 | 300    | CNY      |
2026-10-07 00:05 | approved  | CN-SH  | app     |           | 50     | CNY      |
2026-10-07 00:20 | refused   | CN-SH  | web     | U101 U201 |        | CNY      |
2026-10-07 08:00 | refused   |        | app     |           | 70     | CNY      |
2026-10-07 08:00 | withdrawn | CN-SH  | app     | U101      | 10     | CNY      |
2026-10-08 08:00 | pending   | CN-GD  | web     |           | 20     | CNY      |
2026-10-08 08:00 | excluded  | CN-GD  | web     |           | 5000   | CNY      | 9
2026-10-12 12:00 | refused   | XX-99  | web     | Z999      | 40     | CNY      |
"""
OVERLOAD = {"cause": Selection(("overload",))}


@pytest.fixture(scope="module")
def snapshot(publish_once: Callable[..., Snapshot]) -> Snapshot:
    return publish_once(LOG)


def _ask(snapshot: Snapshot, metrics: str, by: str = "", **options: Any) -> pd.DataFrame:
    return ask(snapshot, Question(tuple(metrics.split()), tuple(by.split()), **options))


def test_a_cause_filter_leaves_the_denominator_alone(snapshot: Snapshot, shows: Shows) -> None:
    shows(_ask(snapshot, "refusal_rate", where=OVERLOAD), "refusals|decided|refusal_rate\n1|10|0.1")


def test_a_region_without_such_a_refusal_shows_zero(snapshot: Snapshot, shows: Shows) -> None:
    shows(
        _ask(snapshot, "refusal_rate attempts", "region", where=OVERLOAD),
        """
        region  | refusals | decided | refusal_rate | attempts
        CN-GD   | 1        | 6       | 0.166667     | 7
        CN-SH   | 0        | 2       | 0            | 3
        XX-99   | 0        | 1       | 0            | 1
        unknown | 0        | 1       | 0            | 1
        """,
    )


def test_the_rates_of_the_causes_add_up_to_the_whole_rate(snapshot: Snapshot, shows: Shows) -> None:
    shows(
        _ask(snapshot, "refusal_rate refusal_share", "layer cause"),
        """
        layer    | cause        | refusals | decided | refusal_rate | all_refusals | refusal_share
        platform | overload     | 1        | 10      | 0.1          | 6            | 0.166667
        unknown  | unmapped     | 1        | 10      | 0.1          | 6            | 0.166667
        unknown  | unspecified  | 1        | 10      | 0.1          | 6            | 0.166667
        user     | credit_score | 3        | 10      | 0.3          | 6            | 0.5
        """,
    )


def test_every_cause_meets_every_region_of_the_answer(snapshot: Snapshot, shows: Shows) -> None:
    kept = {"region": Selection(("CN-GD", "CN-SH")), "layer": Selection(("unknown",), is_except=True)}
    shows(
        _ask(snapshot, "refusal_rate", "region cause", where=kept),
        """
        region | cause        | refusals | decided | refusal_rate
        CN-GD  | credit_score | 2        | 6       | 0.333333
        CN-GD  | overload     | 1        | 6       | 0.166667
        CN-SH  | credit_score | 1        | 2       | 0.5
        CN-SH  | overload     | 0        | 2       | 0
        """,
    )


def test_every_outcome_is_counted_and_only_decided_ones_divide(snapshot: Snapshot, shows: Shows) -> None:
    shows(
        _ask(snapshot, "rows attempts approved refusals withdrawn pending excluded refusals_per_attempt"),
        """
        rows | attempts | approved | refusals | withdrawn | pending | excluded | refusals_per_attempt
        21   | 12       | 4        | 6        | 1         | 1       | 9        | 0.5
        """,
    )
    shows(
        _ask(snapshot, "rows refusal_rate", "outcome"),
        """
        outcome   | rows | refusals | decided | refusal_rate
        approved  | 4    | 0        | 4       | 0
        excluded  | 9    | 0        | 0       | –
        pending   | 1    | 0        | 0       | –
        refused   | 6    | 6        | 6       | 1
        withdrawn | 1    | 0        | 0       | –
        """,
    )


# ------------------------------------------------------------------------------------------- time and place


def test_a_day_without_attempts_is_there_with_zero_and_no_rate(snapshot: Snapshot, shows: Shows) -> None:
    shows(
        _ask(snapshot, "attempts refusal_rate", "day", since=date(2026, 10, 5), until=date(2026, 10, 9)),
        """
        day        | attempts | refusals | decided | refusal_rate
        2026-10-05 | 6        | 3        | 6       | 0.5
        2026-10-06 | 0        | 0        | 0       | –
        2026-10-07 | 4        | 2        | 3       | 0.666667
        2026-10-08 | 1        | 0        | 0       | –
        2026-10-09 | 0        | 0        | 0       | –
        """,
    )


def test_a_bucket_of_time_is_named_by_its_first_day_and_weeks_start_on_monday(snapshot: Snapshot, shows: Shows) -> None:
    shows(_ask(snapshot, "attempts", "week"), "week|attempts\n2026-10-05|11\n2026-10-12|1")
    shows(_ask(snapshot, "attempts", "month"), "month|attempts\n2026-10-01|12")
    shows(_ask(snapshot, "attempts", "quarter"), "quarter|attempts\n2026-10-01|12")
    shows(_ask(snapshot, "attempts", "year"), "year|attempts\n2026-01-01|12")


def test_hours_are_those_of_the_business_zone_and_all_24_are_there(snapshot: Snapshot) -> None:
    frame = _ask(snapshot, "attempts", "hour").set_index("hour")["attempts"]

    assert list(frame.index) == list(range(24))
    assert frame[frame > 0].to_dict() == {0: 2, 8: 3, 9: 5, 12: 1, 23: 1}


def test_weekdays_count_from_monday_and_meet_every_hour(snapshot: Snapshot) -> None:
    assert _ask(snapshot, "attempts", "weekday")["attempts"].tolist() == [7, 0, 4, 1, 0, 0, 0]
    assert len(_ask(snapshot, "attempts", "weekday hour")) == 7 * 24


def test_both_ends_of_a_period_belong_to_it(snapshot: Snapshot, shows: Shows) -> None:
    one_day = {"since": date(2026, 10, 7), "until": date(2026, 10, 7)}
    shows(_ask(snapshot, "attempts refusals", **one_day), "attempts|refusals\n4|2")


def test_regions_lie_in_macro_regions_and_strange_or_missing_ones_in_unknown(snapshot: Snapshot, shows: Shows) -> None:
    shows(
        _ask(snapshot, "attempts", "macro_region region"),
        """
        macro_region | region  | attempts
        CN-east      | CN-SH   | 3
        CN-south     | CN-GD   | 7
        unknown      | XX-99   | 1
        unknown      | unknown | 1
        """,
    )
    south = {"macro_region": Selection(("CN-south",), is_except=True)}
    shows(_ask(snapshot, "refusals", where=south), "refusals\n3")


# ------------------------------------------------------------------------------------------- money


def test_money_is_summed_where_known_and_a_missing_amount_is_no_zero(snapshot: Snapshot, shows: Shows) -> None:
    shows(
        _ask(snapshot, "amount_requested amount_refused", "region"),
        """
        region  | amount_requested | amount_refused
        CN-GD   | 1021             | 701
        CN-SH   | 60               | –
        XX-99   | 40               | 40
        unknown | 70               | 70
        """,
    )
    missing = snapshot.quarantine().set_index("rule")["rows"]

    assert missing["missing_amount"] == 1


def test_money_never_adds_across_currencies(publish: Callable[..., Snapshot], shows: Shows) -> None:
    two = publish("outcome|amount|currency\nrefused|100|CNY\nrefused|7.25|USD")

    with pytest.raises(InvalidValue, match=r"^money never adds across currencies \(CNY, USD\); add .*currency"):
        _ask(two, "amount_refused")
    shows(_ask(two, "amount_refused", "currency"), "currency|amount_refused\nCNY|100\nUSD|7.25")
    shows(_ask(two, "amount_refused", where={"currency": Selection(("USD",))}), "amount_refused\n7.25")
    shows(_ask(two, "refusals"), "refusals\n2")


# ------------------------------------------------------------------------------------------- names nobody knows

MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "metric": ({"metrics": ("refusal_rat",)}, "unknown metric 'refusal_rat'; did you mean refusal_rate"),
    "dimension": ({"by": ("regoin",)}, "unknown dimension 'regoin'; did you mean region"),
    "filter": ({"where": {"chanel": Selection(("app",))}}, "unknown dimension 'chanel'; did you mean channel"),
    "region": ({"where": {"region": Selection(("CN-GDD",))}}, "unknown region 'CN-GDD'; did you mean CN-GD"),
    "reason": ({"where": {"reason": Selection(("U1O1",))}}, "unknown reason 'U1O1'; did you mean U1"),
    "channel": ({"where": {"channel": Selection(("phone",))}}, "unknown channel 'phone'; known: app, web"),
    "not carried": ({"by": ("app_version",)}, "this log does not carry 'app_version'; it carries day, week, month"),
    "no metric": ({"metrics": ()}, "a question needs at least one metric"),
    "period": (
        {"since": date(2026, 10, 2), "until": date(2026, 10, 1)},
        "the period starts on 2026-10-02 after its end 2026-10-01; swap the dates",
    ),
}


@pytest.mark.parametrize(("asked", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_one_line_with_the_nearest_names(snapshot: Snapshot, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(RefusalLensError) as caught:
        ask(snapshot, Question(**{"metrics": ("refusals",)} | asked))

    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_a_region_of_the_catalogue_may_be_asked_for_though_the_log_never_saw_it(
    snapshot: Snapshot, shows: Shows
) -> None:
    tibet = {"region": Selection(("CN-XZ",))}
    shows(_ask(snapshot, "refusal_rate", where=tibet), "refusals|decided|refusal_rate\n0|0|–")
    assert _ask(snapshot, "refusals", "region", where=tibet).empty


def test_a_year_knows_no_months(publish: Callable[..., Snapshot]) -> None:
    yearly = publish("at|grain\n2014|year")

    with pytest.raises(InvalidValue, match=r"^this log does not carry 'month'; it carries year,"):
        _ask(yearly, "refusals", "month")


def test_a_row_without_amount_and_currency_stands_in_no_way_of_money(
    publish: Callable[..., Snapshot], shows: Shows
) -> None:
    one = publish("outcome|amount|currency\nrefused|100|cny\nrefused||")

    assert one.info.currency == "CNY"
    shows(_ask(one, "amount_refused"), "amount_refused\n100")


def test_all_except_one_of_two_currencies_is_one_currency(publish: Callable[..., Snapshot], shows: Shows) -> None:
    two = publish("outcome|amount|currency\nrefused|100|CNY\nrefused|7|USD")

    shows(_ask(two, "amount_refused", where={"currency": Selection(("USD",), is_except=True)}), "amount_refused\n100")
