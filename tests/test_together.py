"""Which reasons are carried together and which alone: by hand on one drawn log, and laws that hold for any log."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pencil import DAYS, MONDAY, OF_REFUSALS, ROWS, Row, drawing, meaning

from etl.errors import UnknownName
from etl.query import Attribution, Question, Selection, ask
from etl.snapshot import Snapshot
from etl.together import alone, together

Shows = Callable[[pd.DataFrame, str], None]
EVERYTHING = Question(("refusals",))
CARRIED = Row("approved", 0, 9, "CN-GD", "app", (), 100, 1)  # in every log: each one carries regions and channels

LOG = """
outcome  | region | reasons        | evaluation | times
approved | CN-GD  |                | all        | 7
refused  | CN-GD  | U101           | all        | 4
refused  | CN-GD  | U101           | first-fail | 3
refused  | CN-SH  | U101 U201      | all        | 2
refused  | CN-SH  | U201 U101 U102 | all        |
refused  | CN-GD  | U102 U101      | all        | 5
refused  | CN-GD  | P301           |            | 2
"""


@pytest.fixture(scope="module")
def snapshot(publish_once: Callable[..., Snapshot]) -> Snapshot:
    return publish_once(LOG)


def test_each_cause_is_held_against_each_whatever_the_order_of_the_reasons(snapshot: Snapshot, shows: Shows) -> None:
    shows(
        together(snapshot, EVERYTHING, "cause"),
        """
        cause        | cause_with   | refusals | refusals_with | share_with
        behaviour    | behaviour    | 3        | 3             | 1
        behaviour    | credit_score | 3        | 3             | 1
        behaviour    | overload     | 3        | 0             | 0
        credit_score | behaviour    | 15       | 3             | 0.2
        credit_score | credit_score | 15       | 15            | 1
        credit_score | overload     | 15       | 0             | 0
        overload     | behaviour    | 2        | 0             | 0
        overload     | credit_score | 2        | 0             | 0
        overload     | overload     | 2        | 2             | 1
        """,
    )


def test_under_a_cause_its_codes_are_held_against_all_that_its_refusals_carry(snapshot: Snapshot, shows: Shows) -> None:
    behaviour = Question(("refusals",), where={"cause": Selection(("behaviour",))})

    shows(
        together(snapshot, behaviour, "reason"),
        """
        reason | reason_with | refusals | refusals_with | share_with
        U201   | U101        | 3        | 3             | 1
        U201   | U102        | 3        | 1             | 0.333333
        U201   | U201        | 3        | 3             | 1
        """,
    )


def test_filters_on_attempts_hold_for_the_refusals_counted(snapshot: Snapshot, shows: Shows) -> None:
    shanghai = Question(("refusals",), where={"region": Selection(("CN-SH",))})

    shows(
        together(snapshot, shanghai, "layer"),
        """
        layer | layer_with | refusals | refusals_with
        user  | user       | 3        | 3
        """,
    )


def test_what_a_filter_leaves_out_is_never_a_row_since_only_some_of_its_refusals_are_counted(
    snapshot: Snapshot,
) -> None:
    user = Question(("refusals",), where={"layer": Selection(("platform",), is_except=True)})

    assert set(together(snapshot, user, "cause")["cause"]) == {"behaviour", "credit_score"}
    assert set(alone(snapshot, user, "cause")["cause"]) == {"behaviour", "credit_score"}


def test_what_stands_alone_would_be_freed_only_where_all_gates_were_judged(snapshot: Snapshot, shows: Shows) -> None:
    shows(
        alone(snapshot, EVERYTHING, "cause"),
        """
        cause        | refusals | refusals_alone | share_alone | refusals_freed
        behaviour    | 3        | 0              | 0           | 0
        credit_score | 15       | 12             | 0.8         | 9
        overload     | 2        | 2              | 1           | 0
        """,
    )


def test_two_codes_of_one_cause_leave_the_cause_alone_and_neither_code(snapshot: Snapshot, shows: Shows) -> None:
    shows(
        alone(snapshot, EVERYTHING, "reason"),
        """
        reason | refusals | refusals_alone | refusals_freed
        P301   | 2        | 2              | 0
        U101   | 15       | 7              | 4
        U102   | 6        | 0              | 0
        U201   | 3        | 0              | 0
        """,
    )


@pytest.mark.parametrize("kept", [Selection(("first-fail",)), Selection(("all",), is_except=True)])
def test_a_filter_that_leaves_out_what_was_judged_wholly_leaves_nothing_freed(
    snapshot: Snapshot, kept: Selection
) -> None:
    found = alone(snapshot, Question(("refusals",), where={"evaluation": kept}), "cause")

    assert found["refusals_alone"].sum() > 0
    assert found["refusals_freed"].tolist() == [0] * len(found)


def test_a_log_that_does_not_say_what_was_judged_frees_nothing(publish: Callable[..., Snapshot], shows: Shows) -> None:
    snapshot = publish("reasons|times\nU101|2\nU101 U201|")

    shows(
        alone(snapshot, EVERYTHING, "cause"),
        """
        cause        | refusals | refusals_alone | refusals_freed
        behaviour    | 1        | 0              | 0
        credit_score | 3        | 2              | 0
        """,
    )


def test_a_log_without_refusals_has_no_pairs(publish: Callable[..., Snapshot]) -> None:
    snapshot = publish("outcome\napproved")

    assert together(snapshot, EVERYTHING, "cause").empty
    assert alone(snapshot, EVERYTHING, "cause").empty


def test_a_value_that_the_log_never_saw_is_a_mistake_here_too(snapshot: Snapshot) -> None:
    with pytest.raises(UnknownName):
        together(snapshot, Question(("refusals",), where={"region": Selection(("CN-XX",))}), "cause")


# ------------------------------------------------------------------------------------------- any log


def _carried(row: Row, level: str) -> set[str]:
    listed = {slot for slot in row.slots if slot}
    is_blank = not row.slots or not row.slots[0]
    return {meaning(code, level) for code in listed | ({"unspecified"} if is_blank else set())}


def _counted(rows: list[Row], level: str, kept: Callable[[Row], bool]) -> Counter[tuple[str, str]]:
    """Refusals by two things that they carry, by a pencil that knows nothing of sets."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows:
        if row.outcome == "refused" and kept(row):
            carried = _carried(row, level)
            found.update({(one, other): row.times for one in carried for other in carried})
    return found


def _by_pair(frame: pd.DataFrame, level: str) -> dict[tuple[str, str], int]:
    keys = zip(frame[level], frame[f"{level}_with"], strict=True)
    return {key: count for key, count in zip(keys, frame["refusals_with"], strict=True) if count}


def _credited(snapshot: Snapshot, level: str, attribution: Attribution) -> dict[str, int]:
    frame = ask(snapshot, Question(("refusals",), (level,), attribution=attribution))
    return {name: count for name, count in zip(frame[level], frame["refusals"], strict=True) if count}


def _column(frame: pd.DataFrame, level: str, name: str) -> dict[str, Any]:
    return {key: count for key, count in zip(frame[level], frame[name], strict=True) if count}


@given(log=st.lists(ROWS, max_size=30).map(lambda rows: [CARRIED, *rows]), days=st.integers(1, DAYS))
@settings(max_examples=8, phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink))
def test_the_laws_of_pairs_hold_for_any_log(publish_once: Callable[..., Snapshot], log: list[Row], days: int) -> None:
    snapshot, last = publish_once(drawing(log)), MONDAY + timedelta(days=days - 1)
    for level in OF_REFUSALS:
        pairs = together(snapshot, EVERYTHING, level)
        counts = _by_pair(pairs, level)
        early = together(snapshot, Question(("refusals",), until=last), level)
        lonely = alone(snapshot, EVERYTHING, level)

        assert counts == dict(_counted(log, level, lambda row: True))
        assert _by_pair(early, level) == dict(_counted(log, level, lambda row: row.date <= last))
        assert all(counts[other, one] == count for (one, other), count in counts.items()), "symmetric"
        assert (pairs["refusals_with"] <= pairs["refusals"]).all(), "at most the diagonal"
        assert {a: count for (a, b), count in counts.items() if a == b} == _credited(snapshot, level, Attribution.ANY)
        assert _column(lonely, level, "refusals") == _credited(snapshot, level, Attribution.ANY)
        assert _column(lonely, level, "refusals_alone") == _credited(snapshot, level, Attribution.SOLE)
        assert (lonely["refusals_freed"] <= lonely["refusals_alone"]).all()
