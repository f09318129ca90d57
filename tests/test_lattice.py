"""The lattice of rollups: each answers alike, the smallest is asked, and only large logs have all of them."""

from collections.abc import Callable, Iterator
from datetime import date

import pandas as pd
import pytest

from etl import rollups
from etl.query import Attribution, Question, Selection, ask
from etl.snapshot import Snapshot

LOG = """
at|outcome|region|city|channel|product|app_version|os|release_ring|partner|policy_version|scheme|evaluation|reasons|amount|currency|times
2026-10-05 09:10|approved|CN-GD|Shenzhen|app|cash|8.1|ios|stable|bank-a|p1|default|all||100|CNY|3
2026-10-05 09:50|refused|CN-GD|Guangzhou|app|cash|8.1|android|gray|bank-a|p1|default|all|U101|200.50|CNY|2
2026-10-05 23:30|refused|CN-GD|Shenzhen|web|cash||windows||bank-b|p1|default|all|P301 U101|300|CNY|
2026-10-07 00:05|approved|CN-SH||app|card|8.2|ios|stable|bank-b|p1|default|first-fail||50|CNY|
2026-10-07 00:20|refused|CN-SH|Shanghai|web|card||windows||bank-a|p2|default|all|U101 U201||CNY|
2026-10-07 08:00|refused|||app|cash|8.2|android|stable|bank-a|p2|default|first-fail||70|CNY|
2026-10-07 08:00|withdrawn|CN-SH|Shanghai|app|card|8.2|ios|gray|bank-a|p2|default||U101|10|CNY|
2026-10-08 08:00|pending|CN-GD||web|cash||windows||bank-b|p2|default|||20|CNY|
2026-10-08 08:00|excluded|CN-GD||web|card||windows|||p2|default|||5000|CNY|9
2026-10-12 12:00|refused|XX-99||web|cash||windows||bank-b|p2|default|all|Z999|40|CNY|
"""
OVERLOAD = {"cause": Selection(("overload",))}
NOT_OVERLOAD = {"cause": Selection(("overload",), is_except=True)}

ASKED = [
    Question(("refusal_rate", "amount_requested")),
    Question(("refusal_rate",), ("day", "cause")),
    Question(("attempts", "refusals"), ("week", "outcome")),
    Question(("refusals",), ("region", "reason"), attribution=Attribution.FRACTIONAL),
    Question(("refusals",), ("macro_region",), OVERLOAD, attribution=Attribution.ANY),
    Question(("attempts", "amount_refused"), ("weekday", "hour"), {"currency": Selection(("CNY",))}),
    Question(("refusals",), ("layer",), since=date(2026, 10, 6), attribution=Attribution.SOLE),
    Question(("refusal_rate",), ("city", "region"), NOT_OVERLOAD),
    Question(("refusal_rate",), ("region", "cause"), {"channel": Selection(("app",))}),
    Question(("amount_refused",), ("hour", "channel"), {"product": Selection(("cash",))}),
    Question(("refusal_rate",), ("hour", "macro_region")),
    Question(("refusals",), ("os", "app_version"), {"release_ring": Selection(("gray",), is_except=True)}),
    Question(("refusals",), ("hour", "os", "reason")),
    Question(("refusals",), ("region", "app_version", "release_ring")),
    Question(("attempts",), ("partner", "policy_version", "scheme", "evaluation")),
    Question(("attempts",), ("hour", "partner", "evaluation")),
    Question(("attempts",), ("macro_region", "scheme", "policy_version")),
    Question(("refusals",), ("channel", "os", "partner", "week")),
    Question(("refusal_rate",), ("product",), {"channel": Selection(("app",), is_except=True)}),
]


@pytest.fixture(scope="module")
def lattice(publish_once: Callable[..., Snapshot]) -> Iterator[Snapshot]:
    """A small log with the rollups of a large one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rollups, "MANY", 0)
        yield publish_once(LOG)


@pytest.mark.parametrize("question", ASKED, ids=lambda asked: "-".join((*asked.metrics, *asked.by)))
def test_every_rollup_that_can_answer_gives_the_same_answer(
    lattice: Snapshot, question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = ask(lattice, question)
    able = _able(lattice, question)

    assert "rollup_wide" in able
    for name in able:
        monkeypatch.setattr(lattice, "smallest_rollup", lambda _, name=name: name)
        pd.testing.assert_frame_equal(ask(lattice, question), expected)


def _able(lattice: Snapshot, question: Question) -> list[str]:
    return [name for name, columns, _ in lattice.rollups if question.rollup_columns <= columns]


def test_every_rollup_is_the_narrowest_for_some_question_asked_here(lattice: Snapshot) -> None:
    widths = {name: len(columns) for name, columns, _ in lattice.rollups}
    narrowest = {min(_able(lattice, question), key=widths.__getitem__) for question in ASKED}

    assert widths.keys() == {*rollups.ROLLUPS}
    assert narrowest == {*rollups.ROLLUPS} - {"rollup_wide"}


def test_a_log_gets_the_rollups_of_large_ones_when_it_is_one(
    publish: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "MANY", 22)
    small, large = publish(LOG), publish("region\nCN-HE")

    assert {name for name, *_ in small.rollups} == {*rollups.ROLLUPS} - {*rollups.OF_MANY}
    assert {name for name, *_ in large.rollups} == {*rollups.ROLLUPS}
    for question in (Question(("refusals",)), Question(("refusals",), ("hour", "channel"))):
        assert ask(large, question)["refusals"].sum() == ask(small, question)["refusals"].sum() + 1


def test_groups_are_ordered_as_text_though_new_values_come_last_in_the_file(publish: Callable[..., Snapshot]) -> None:
    publish("region\nCN-SH\nCN-GD")
    later = publish("region\nCN-HE\nCN-AH")

    assert ask(later, Question(("refusals",), ("region",)))["region"].tolist() == ["CN-AH", "CN-GD", "CN-HE", "CN-SH"]


def test_the_smallest_rollup_that_has_the_columns_answers(
    publish: Callable[..., Snapshot], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rollups, "MANY", 1000)
    uneven = publish("""
        at               | region | channel
        2026-10-05 09:00 | CN-GD  | app
        2026-10-05 09:00 | CN-GD  | web
        2026-10-05 09:00 | CN-SH  | app
        2026-10-05 10:00 | CN-BJ  | app
        """)
    chosen = {
        by: uneven.smallest_rollup(Question(("refusals",), tuple(by.split())).rollup_columns)
        for by in ("", "week cause", "hour", "macro_region", "channel", "os", "partner", "channel os", "region hour")
    }

    sizes = {name.removeprefix("rollup_"): rows for name, _, rows in uneven.rollups}
    expected = {"day": 1, "device": 1, "funding": 1, "hour": 2, "offer": 2, "region": 3, "wide": 4}
    assert sizes == expected
    assert list(sizes.values()) == sorted(sizes.values())
    assert chosen == {
        "": "rollup_day",
        "week cause": "rollup_day",
        "hour": "rollup_hour",
        "macro_region": "rollup_region",
        "channel": "rollup_offer",
        "os": "rollup_device",
        "partner": "rollup_funding",
        "channel os": "rollup_wide",
        "region hour": "rollup_wide",
    }
