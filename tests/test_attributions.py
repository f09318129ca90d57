"""How a refusal with several reasons is counted: every attribution by hand on one drawn log."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from etl.query import Attribution, Question, Selection, ask
from etl.snapshot import Snapshot

Shows = Callable[[pd.DataFrame, str], None]

REASONS = """
outcome  | reasons        | times
approved |                | 7
refused  | U101           | 4
refused  | U101 U201      | 2
refused  | U101 U102      |
refused  | U201 U201      |
refused  | _ U101         |
refused  |                | 2
refused  | Z999           |
refused  | P301 U101 T101 |
"""


@pytest.fixture(scope="module")
def reasons(publish_once: Callable[..., Snapshot]) -> Snapshot:
    return publish_once(REASONS)


BY_CAUSE = {
    Attribution.PRIMARY: """
        cause        | refusals | decided | refusal_rate
        behaviour    | 1        | 20      | 0.05
        credit_score | 7        | 20      | 0.35
        overload     | 1        | 20      | 0.05
        unmapped     | 1        | 20      | 0.05
        unspecified  | 3        | 20      | 0.15
        """,
    Attribution.ANY: """
        cause        | refusals | decided | refusal_rate
        behaviour    | 3        | 20      | 0.15
        credit_score | 9        | 20      | 0.45
        network      | 1        | 20      | 0.05
        overload     | 1        | 20      | 0.05
        unmapped     | 1        | 20      | 0.05
        unspecified  | 3        | 20      | 0.15
        """,
    Attribution.FRACTIONAL: """
        cause        | refusals | decided | refusal_rate
        behaviour    | 2        | 20      | 0.1
        credit_score | 7.33333  | 20      | 0.366667
        network      | 0.333333 | 20      | 0.0166667
        overload     | 0.333333 | 20      | 0.0166667
        unmapped     | 1        | 20      | 0.05
        unspecified  | 2        | 20      | 0.1
        """,
    Attribution.SOLE: """
        cause        | refusals | decided | refusal_rate
        behaviour    | 1        | 20      | 0.05
        credit_score | 6        | 20      | 0.3
        unmapped     | 1        | 20      | 0.05
        unspecified  | 2        | 20      | 0.1
        """,
}
BY_REASON = {
    Attribution.PRIMARY: "U101 7, U201 1, P301 1, Z999 1, unspecified 3",
    Attribution.ANY: "U101 9, U102 1, U201 3, P301 1, T101 1, Z999 1, unspecified 3",
    Attribution.FRACTIONAL: "U101 6.83333, U102 0.5, U201 2, P301 0.333333, T101 0.333333, Z999 1, unspecified 2",
    Attribution.SOLE: "U101 5, U201 1, Z999 1, unspecified 2",
}
KEPT = {
    "all": (None, "13 13 13 13"),
    "one cause": ("cause=credit_score", "7 9 7.33333 6"),
    "one reason": ("reason=U101", "7 9 6.83333 5"),
    "two reasons": ("reason=U101 U201", "8 10 8.83333 8"),
    "one layer": ("layer=user", "8 10 9.33333 9"),
    "all except a cause": ("cause!=credit_score", "6 8 5.66667 4"),
    "all except a reason": ("reason!=U101", "6 9 6.16667 4"),
    "all except the missing": ("reason!=unspecified", "10 11 11 11"),
    "nothing": ("reason=", "0 0 0 0"),
    "all except nothing": ("reason!=", "13 13 13 13"),
}


def _ask(snapshot: Snapshot, metrics: str, by: str = "", **options: Any) -> pd.DataFrame:
    return ask(snapshot, Question(tuple(metrics.split()), tuple(by.split()), **options))


def _where(text: str | None) -> dict[str, Selection]:
    if text is None:
        return {}
    name, values = text.split("=")
    return {name.removesuffix("!"): Selection(tuple(values.split()), is_except=name.endswith("!"))}


@pytest.mark.parametrize("attribution", Attribution)
def test_a_refusal_with_several_reasons_is_credited_by_the_attribution(
    reasons: Snapshot, shows: Shows, attribution: Attribution
) -> None:
    shows(_ask(reasons, "refusal_rate", "cause", attribution=attribution), BY_CAUSE[attribution])
    by_reason = _ask(reasons, "refusals", "reason", attribution=attribution)
    found = {f"{reason} {count:.6g}" for reason, count in by_reason.itertuples(index=False)}

    assert found == set(BY_REASON[attribution].split(", "))


@pytest.mark.parametrize(("kept", "counts"), KEPT.values(), ids=KEPT.keys())
def test_a_filter_keeps_the_credit_of_the_attribution(reasons: Snapshot, kept: str | None, counts: str) -> None:
    for attribution, expected in zip(Attribution, counts.split(), strict=True):
        frame = _ask(reasons, "refusals decided", where=_where(kept), attribution=attribution)

        assert [f"{value:.6g}" for value in frame.iloc[0]] == [expected, "20"], attribution


def test_a_layer_counts_a_refusal_once_however_many_of_its_reasons_it_lists(reasons: Snapshot, shows: Shows) -> None:
    shows(
        _ask(reasons, "refusals", "layer", attribution=Attribution.ANY),
        "layer|refusals\nplatform|1\ntechnical|1\nunknown|4\nuser|10",
    )


def test_a_code_that_nobody_mapped_is_announced(reasons: Snapshot) -> None:
    assert reasons.unmapped().to_dict("records") == [{"reason": "Z999", "refusals": 1}]
    assert reasons.label("reason", "Z999", "zh") == "Z999"
