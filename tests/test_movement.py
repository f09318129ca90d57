"""The card of what moved: a bar for each mover, what a click on it filters, and what is said where nothing moved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from test_charts import EN, ZH
from test_movers import BEFORE, CALM, HEADER, NOW, OVERLOAD_EVERYWHERE, POLICY_IN_SICHUAN, days, drawing

from dashboard import movement, words
from dashboard.answers import answer
from dashboard.filters import CUSTOM, Filters
from dashboard.marks import Marks
from dashboard.movement import MOVERS
from dashboard.screen import Screen
from dashboard.tables import spoken
from etl import export
from etl.movers import movers
from etl.periods import Period
from etl.query import Question
from etl.snapshot import EVERYWHERE, Snapshot
from etl.words import Language

WEEK = Filters(preset=CUSTOM, since=NOW.since, until=NOW.until)


THREE_WEEKS = Period(BEFORE.since - timedelta(weeks=2), BEFORE.until)


def long_drawing(before: str, now: str) -> str:
    """With days enough before to know how much they scatter."""
    return "\n".join([HEADER, *days(THREE_WEEKS, before), *days(NOW, now)])


@pytest.fixture
def found(publish: Callable[..., Snapshot]) -> pd.DataFrame:
    snapshot = publish(drawing(CALM, POLICY_IN_SICHUAN))
    told, _ = movers(snapshot, Question(("refusal_rate",), since=NOW.since, until=NOW.until), BEFORE)
    return pd.concat([told, told.assign(region=EVERYWHERE)], ignore_index=True)


def test_a_bar_filters_its_cause_and_its_region_if_it_has_one(found: pd.DataFrame) -> None:
    bars, _ = movement.movement(found, EN).figure().data
    assert [list(mark) for mark in bars.customdata] == [["policy", "CN-SC"], ["policy"]]


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        (EN, ["+286 refusals than at the earlier rate", "286 of 718 decided", "before 0.00%: 0 of 712 decided"]),
        (ZH, ["+286 次拒绝", "已决 718 中拒绝 286", "此前 0.00%：已决 712 中拒绝 0"]),
    ],
    ids=["en", "zh"],
)
def test_a_bar_says_both_rates_with_their_counts(found: pd.DataFrame, marks: Marks, said: list[str]) -> None:
    bars, rates = movement.movement(found, marks).figure().data
    assert [text for text in said if text not in bars.hovertext[0]] == []
    assert rates.text[0].strip() == "0.0% → 39.8%"


@pytest.mark.parametrize("language", Language)
def test_where_nothing_moved_or_nothing_is_compared_a_sentence_says_so(
    publish: Callable[..., Snapshot], language: Language
) -> None:
    snapshot = publish(long_drawing(CALM, CALM))
    quiet = answer(MOVERS, Screen(snapshot, replace(WEEK, language=language)))
    assert (quiet.drawn, quiet.said) == (None, movement.QUIET(language, n=3))
    alone = answer(MOVERS, Screen(snapshot, replace(WEEK, compare=None, language=language)))
    assert alone.said == movement.NOTHING_TO_COMPARE(language)


@pytest.mark.parametrize("language", Language)
def test_in_the_first_two_weeks_of_a_log_nothing_is_called_beyond_chance(
    publish: Callable[..., Snapshot], language: Language
) -> None:
    told = answer(MOVERS, Screen(publish(drawing(CALM, OVERLOAD_EVERYWHERE)), replace(WEEK, language=language)))
    assert (told.drawn, told.said) == (None, movement.TOO_FEW_DAYS(language))


def test_the_period_before_the_log_is_no_comparison(publish: Callable[..., Snapshot]) -> None:
    screen = Screen(publish(drawing(CALM, CALM)), replace(WEEK, since=date(2026, 10, 5), until=date(2026, 10, 11)))
    assert answer(MOVERS, screen).said == words.TOO_EARLY(Language.EN, day="5 Oct 2026")


@pytest.mark.parametrize(("language", "everywhere"), [(Language.EN, "Everywhere"), (Language.ZH, "全部地区")])
def test_the_table_and_the_files_name_what_moved_everywhere(
    publish: Callable[..., Snapshot], language: Language, everywhere: str
) -> None:
    screen = Screen(publish(long_drawing(CALM, OVERLOAD_EVERYWHERE)), replace(WEEK, language=language))
    drawn = answer(MOVERS, screen).drawn
    assert drawn is not None
    assert everywhere in list(spoken(drawn.frame, screen).iloc[0])
    assert f"overload,{screen.label('cause', 'overload')},,{everywhere}," in export.csv_bytes(
        drawn.frame, screen.snapshot, language
    ).decode("utf-8-sig")


@pytest.mark.parametrize(("language", "said"), [(Language.EN, "too coarse"), (Language.ZH, "时间精度不足")])
def test_a_log_of_years_is_not_sent_to_the_sidebar(
    publish: Callable[..., Snapshot], language: Language, said: str
) -> None:
    snapshot = publish("at|grain|outcome|reasons\n2014|year|refused|U101\n2015|year|approved|")
    assert said in answer(MOVERS, Screen(snapshot, Filters(compare=None, language=language))).said


def test_the_rates_stand_on_the_free_side_of_the_names(found: pd.DataFrame) -> None:
    fewer = found.assign(additional=-9.0, additional_low=-12.0, additional_high=-6.0)
    figure = movement.movement(fewer, EN).figure()
    _, rates = figure.data
    assert (set(rates.x), rates.textposition) == ({0.0}, "middle right")
    assert figure.layout.xaxis.range[1] > 6


def test_beneath_a_single_bar_there_is_room_for_the_axis(found: pd.DataFrame) -> None:
    """Plotly would rather let title and numbers overlap than leave the marks less than `minreducedheight`."""
    layout = movement.movement(found.head(1), EN).figure().layout
    assert layout.height - layout.margin.t - layout.minreducedheight >= NUMBERS_AND_TITLE


NUMBERS_AND_TITLE = 48
"""Pixels that both take."""
