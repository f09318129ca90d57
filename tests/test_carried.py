"""The cards of what refusals carry together and alone: cells and bars, what a click filters, what the sentence says."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest
from conftest import table
from test_charts import EN, ZH, cell_values, overlay

from dashboard import companions
from dashboard.answers import answer, on_click
from dashboard.carried import COLUMNS, cards
from dashboard.downloads import _of_drawn
from dashboard.filters import Filters
from dashboard.marks import Marks
from dashboard.pairs import MOST, matrix
from dashboard.screen import Screen
from dashboard.solitary import bars
from dashboard.tables import spoken
from etl.query import Attribution, Selection
from etl.snapshot import Snapshot
from etl.words import Language

LOG = """
outcome  | at         | reasons   | evaluation | times
approved | 2026-10-05 |           | all        | 9
refused  | 2026-10-05 | U101      | all        | 40
refused  | 2026-10-05 | U101 U201 | all        | 30
refused  | 2026-10-05 | U201      | first-fail | 5
refused  | 2026-10-05 | P301      | first-fail | 50
refused  | 2026-10-05 |           | all        | 2
refused  | 2026-10-05 | T101      | all        | 3
"""
PERIOD = Filters(preset="all", compare=None)


def pairs(drawing: str) -> pd.DataFrame:
    counts = ("refusals", "refusals_with", "refusals_judged")
    frame = pd.DataFrame(table(drawing)).astype(dict.fromkeys(counts, int))
    return frame.assign(share_with=frame["refusals_with"] / frame["refusals"])


PAIRS = pairs("""
    cause     | cause_with | refusals | refusals_with | refusals_judged
    behaviour | behaviour  | 100      | 100           | 100
    behaviour | debt       | 100      | 30            | 100
    behaviour | network    | 100      | 0             | 100
    debt      | behaviour  | 1200     | 30            | 1200
    debt      | debt       | 1200     | 1200          | 1200
    debt      | network    | 1200     | 0             | 1200
    network   | behaviour  | 60       | 0             | 0
    network   | debt       | 60       | 0             | 0
    network   | network    | 60       | 60            | 0
""")


def lonely(drawing: str) -> pd.DataFrame:
    counts = ("refusals", "refusals_alone", "refusals_freed")
    frame = pd.DataFrame(table(drawing)).astype(dict.fromkeys(counts, int))
    return frame.assign(share_alone=frame["refusals_alone"] / frame["refusals"])


@pytest.fixture
def screen(publish: Callable[..., Snapshot]) -> Screen:
    return Screen(publish(LOG), PERIOD)


# ------------------------------------------------------------------------------------------- the matrix


def test_a_cell_is_a_share_of_its_row_and_nothing_that_nobody_looked_for_is_a_zero() -> None:
    figure = matrix(PAIRS, EN, "cause").figure()

    assert list(figure.layout.yaxis.ticktext) == ["debt", "behaviour", "network"]
    assert [cell_values(figure)[0, column] for column in range(3)] == ["", "2", "0"]
    assert [cell_values(figure)[1, column] for column in range(3)] == ["30", "", "0"]
    assert [cell_values(figure)[2, column] for column in range(3)] == ["", "", ""]
    assert list(figure.data[-1].text) == ["100", "1.2k", "60"]


@pytest.mark.parametrize(
    ("marks", "both", "unknown"),
    [
        (EN, "30 of 100 refusals with behaviour also carry debt: <b>30.0%</b>", "what else there was is not known"),
        (ZH, "列有behaviour的 100 次拒绝中，30 次同时列有debt：<b>30.0%</b>", "是否另有拒因未知"),
    ],
    ids=["en", "zh"],
)
def test_a_cell_says_both_counts_and_why_it_is_grey(marks: Marks, both: str, unknown: str) -> None:
    said = " ".join(overlay(matrix(PAIRS, marks, "cause").figure()).hovertext)

    assert both in said
    assert said.count(unknown) == 2


def test_a_share_that_rounds_to_nothing_is_told_from_none_and_few_refusals_are_marked() -> None:
    few = pairs("""
        cause | cause_with | refusals | refusals_with | refusals_judged
        a     | a          | 1000     | 1000          | 1000
        a     | b          | 1000     | 2             | 1000
        b     | a          | 9        | 2             | 9
        b     | b          | 9        | 9             | 9
    """)

    assert cell_values(matrix(few, EN, "cause").figure()) == {(0, 0): "", (0, 1): "<1", (1, 0): "·", (1, 1): ""}


def test_the_largest_are_shown_where_there_are_many() -> None:
    names = [f"c{place:02}" for place in range(MOST + 4)]
    lines = [f"{one}|{other}|{100 + place}|1|9" for place, one in enumerate(names) for other in names]
    many = pairs("\n".join(["cause|cause_with|refusals|refusals_with|refusals_judged", *lines]))

    figure = matrix(many, EN, "cause").figure()
    assert list(figure.layout.yaxis.ticktext) == names[: -MOST - 1 : -1]
    assert len(cell_values(figure)) == MOST**2


# ------------------------------------------------------------------------------------------- the bars


def test_a_bar_is_solid_where_the_refusal_would_be_rescued_and_hatched_where_it_is_only_the_one_recorded() -> None:
    frame = lonely("""
        cause    | refusals | refusals_alone | refusals_freed
        debt     | 80       | 40             | 30
        overload | 50       | 50             | 0
    """)
    freed, only, shares = bars(frame, EN, "cause").figure().data

    assert (list(freed.x), list(only.x)) == ([0, 30], [50, 10])
    assert (freed.name, only.name) == ("Rescued if this rule went", "Only one recorded")
    assert [text.strip() for text in shares.text] == ["100.0% of 50", "50.0% of 80"]
    assert [list(mark) for mark in freed.customdata] == [["overload"], ["debt"]]


# ------------------------------------------------------------------------------------------- the sentences


def test_the_closest_two_are_named_and_that_something_may_be_unrecorded() -> None:
    said = companions.together("cause")

    assert said(PAIRS, EN) == (
        "Closest: 30.0% of the 100 refusals with **behaviour** also carry **debt** (30)."
        " Behind a first reason others may be unrecorded: not all gates were judged each time."
    )
    assert said(PAIRS, ZH) == (
        "最常同时出现：列有**behaviour**的 100 次拒绝中，30.0%（30 次）同时列有**debt**。"
        "首个拒因之后可能另有未记录者：并非每次都评估了全部关口。"
    )


def test_nothing_is_close_where_nothing_comes_together_or_too_little_does() -> None:
    said, never = companions.together("cause"), PAIRS.query("cause != 'debt' and cause_with != 'debt'")
    few = PAIRS.assign(refusals=PAIRS["refusals"].clip(upper=29), refusals_judged=PAIRS["refusals"].clip(upper=29))

    assert said(never.assign(refusals_judged=0), EN) == (
        "No refusal carries two of them. Behind a first reason others may be unrecorded: "
        "the log does not say of any that all gates were judged."
    )
    assert said(few, EN) == "Too few refusals carry two of them: fewer than 30."
    assert said(PAIRS.head(1), EN) is None


@pytest.mark.parametrize(
    ("freed", "then"),
    [
        (40, "They would be rescued if this rule went."),
        (30, "30 of them would be rescued if this rule went; on the rest it is only the one recorded."),
        (0, "It is only the one recorded."),
    ],
)
def test_rescued_is_only_said_of_refusals_whose_gates_were_all_judged(freed: int, then: str) -> None:
    frame = lonely(f"cause|refusals|refusals_alone|refusals_freed\ndebt|80|40|{freed}")

    said = companions.alone("cause")
    assert said(frame, EN) == f"**debt** alone stands on 40, 50.0% of the 80 refusals that carry it. {then}"
    assert said(frame.assign(refusals_alone=0), EN) is None


# ------------------------------------------------------------------------------------------- the cards


def test_both_cards_answer_from_the_sets_and_a_refusal_without_a_reason_hangs_on_none(screen: Screen) -> None:
    together, alone = (answer(card, screen).drawn for card in cards(screen))
    assert together is not None
    assert alone is not None

    assert set(together.frame["cause"]) == {"behaviour", "credit_score", "network", "overload", "unspecified"}
    assert dict(zip(alone.frame["cause"], alone.frame["refusals_freed"], strict=True)) == {
        "behaviour": 0,
        "credit_score": 40,
        "network": 3,
        "overload": 0,
    }


def test_the_attribution_of_the_sidebar_changes_nothing_here(screen: Screen) -> None:
    sole = Screen(screen.snapshot, replace(PERIOD, attribution=Attribution.SOLE))
    for one, other in zip(cards(screen), cards(sole), strict=True):
        first, second = answer(one, screen).drawn, answer(other, sole).drawn
        assert first is not None
        assert second is not None
        pd.testing.assert_frame_equal(first.frame, second.frame)


def test_where_one_cause_is_chosen_its_codes_are_shown_and_a_click_filters_by_the_code(screen: Screen) -> None:
    chosen = Screen(screen.snapshot, replace(PERIOD, where=(("cause", Selection(("credit_score",))),)))
    together, _ = cards(chosen)
    drawn = answer(together, chosen).drawn
    assert drawn is not None

    assert together.question.en == "Which codes come with those of this cause?"
    assert list(zip(drawn.frame["reason"], drawn.frame["reason_with"], strict=True)) == [
        ("U101", "U101"),
        ("U101", "U201"),
    ]
    clicked = on_click(together, chosen)
    assert clicked is not None
    assert clicked(("U101",))(chosen.filters).selection("reason") == Selection(("U101",))


@pytest.mark.parametrize("language", Language)
def test_table_and_files_have_words_and_definitions_for_every_column(screen: Screen, language: Language) -> None:
    spoken_screen = Screen(screen.snapshot, replace(PERIOD, language=language))
    for card in cards(spoken_screen):
        drawn = answer(card, spoken_screen).drawn
        assert drawn is not None
        files = _of_drawn(spoken_screen, card.id, drawn, has_before=False)

        assert len(spoken(drawn.frame, spoken_screen).columns) == len(drawn.frame.columns)
        assert files.stem.startswith(f"{card.id}_by_cause_")
        assert set(files.facts()["columns"]) == set(drawn.frame.columns) & COLUMNS.keys()
        assert {"cause_label"} <= set(files.table().columns)


def test_a_period_without_refusals_draws_nothing(publish: Callable[..., Snapshot]) -> None:
    screen = Screen(publish("outcome|at\napproved|2026-10-05"), PERIOD)

    assert [answer(card, screen).drawn for card in cards(screen)] == [None, None]
