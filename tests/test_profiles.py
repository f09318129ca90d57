"""The card of one region against the rest: which one, what the bars and the sentence say, what a click filters."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from test_charts import EN, ZH

from dashboard import profiles
from dashboard.answers import answer, on_click
from dashboard.downloads import _of_drawn
from dashboard.filters import Filters
from dashboard.marks import Marks
from dashboard.screen import Screen
from dashboard.tables import spoken
from etl.query import Selection
from etl.snapshot import Snapshot
from etl.words import Language

LOG = """
outcome  | region | at         | reasons | times
approved | CN-GD  | 2026-10-05 |         | 60
refused  | CN-GD  | 2026-10-05 | U101    | 30
refused  | CN-GD  | 2026-10-05 | P301    | 10
approved | CN-SH  | 2026-10-05 |         | 150
refused  | CN-SH  | 2026-10-05 | U101    | 48
refused  | CN-SH  | 2026-10-05 | P301    | 2
"""
PERIOD = Filters(preset="all", compare=None)
GUANGDONG = replace(PERIOD, where=(("region", Selection(("CN-GD",))),))


@pytest.fixture(scope="module")
def snapshot(publish_once: Callable[..., Snapshot]) -> Snapshot:
    return publish_once(LOG)


@pytest.fixture
def frame(snapshot: Snapshot) -> pd.DataFrame:
    screen = Screen(snapshot, GUANGDONG)
    drawn = answer(profiles.card(screen), screen).drawn
    assert drawn is not None
    return drawn.frame


@pytest.mark.parametrize(
    "kept", [None, Selection(("CN-GD", "CN-SH")), Selection(("CN-GD",), is_except=True)], ids=["none", "two", "except"]
)
@pytest.mark.parametrize("language", Language)
def test_without_exactly_one_region_the_card_says_how_one_is_chosen(
    snapshot: Snapshot, kept: Selection | None, language: Language
) -> None:
    screen = Screen(snapshot, replace(PERIOD, language=language, where=(("region", kept),) if kept else ()))

    assert answer(profiles.card(screen), screen).said == profiles.CHOOSE(language)


def test_the_title_names_the_region_in_both_languages(snapshot: Snapshot) -> None:
    question = profiles.card(Screen(snapshot, GUANGDONG)).question

    assert (question.en, question.zh) == ("How does Guangdong differ from the rest?", "广东与其他地区有何不同？")


def test_a_bar_is_the_difference_in_points_and_pale_where_its_interval_holds_zero(frame: pd.DataFrame) -> None:
    bars, rates = profiles.differences(frame, EN, "cause").figure().data

    assert list(bars.x) == pytest.approx([9, 6])
    assert [list(mark) for mark in bars.customdata] == [["overload"], ["credit_score"]]
    assert list(bars.marker.opacity) == [1.0, profiles.UNSURE]
    assert [text.strip() for text in rates.text] == ["10.0% · 1.0%", "30.0% · 24.0%"]


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        (EN, "Widest apart: **overload**, 10.0% here and 1.0% elsewhere; the interval of the difference, "),
        (ZH, "差异最大：**overload**，本地 10.0%，其他地区 1.0%；差值区间 "),
    ],
    ids=["en", "zh"],
)
def test_the_widest_difference_is_told_with_its_interval(frame: pd.DataFrame, marks: Marks, said: str) -> None:
    found = profiles.widest("cause")(frame, marks)
    assert found is not None
    assert found.startswith(said)
    assert found.endswith(("does not hold zero.", "不含零。"))


def test_a_difference_that_may_be_none_says_so_and_one_of_few_cases_is_not_judged(frame: pd.DataFrame) -> None:
    said = profiles.widest("cause")
    unsure = said(frame.tail(1), EN)
    assert unsure is not None
    assert "holds zero, so it may be chance" in unsure
    assert said(frame.assign(decided=29), EN) == "Too few to judge: fewer than 30 decided, here or elsewhere."


def test_where_one_cause_is_chosen_its_codes_are_compared_and_a_click_filters_by_the_code(snapshot: Snapshot) -> None:
    both = (*GUANGDONG.where, ("cause", Selection(("overload",))))
    screen = Screen(snapshot, replace(GUANGDONG, where=both))
    card = profiles.card(screen)
    drawn, clicked = answer(card, screen).drawn, on_click(card, screen)
    assert drawn is not None
    assert clicked is not None

    assert list(drawn.frame["reason"]) == ["P301"]
    assert clicked(("P301",))(screen.filters).selection("reason") == Selection(("P301",))


@pytest.mark.parametrize("language", Language)
def test_table_and_files_say_what_the_columns_of_the_rest_are(snapshot: Snapshot, language: Language) -> None:
    screen = Screen(snapshot, replace(GUANGDONG, language=language))
    card = profiles.card(screen)
    drawn = answer(card, screen).drawn
    assert drawn is not None

    assert len(set(spoken(drawn.frame, screen).columns)) == len(drawn.frame.columns)
    assert set(_of_drawn(screen, card.id, drawn, has_before=False).facts()["columns"]) <= set(drawn.frame.columns)


def test_a_region_that_decided_nothing_is_said_in_words(publish: Callable[..., Snapshot]) -> None:
    snapshot = publish("outcome|region|at|reasons\nwithdrawn|CN-GD|2026-10-05|\nrefused|CN-SH|2026-10-05|U101")
    screen = Screen(snapshot, GUANGDONG)

    assert answer(profiles.card(screen), screen).said.startswith("Either Guangdong or the rest has decided nothing")
