"""Small multiples, how far bars reach together, and all others: what is drawn, what a click does, what adds up."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest
from test_charts import EN, ZH

from dashboard import charts, multiples, occasions, pareto, trends
from dashboard.answers import answer, on_click
from dashboard.charts import OTHERS
from dashboard.filters import Filters
from dashboard.marks import Marks
from dashboard.multiples import MOST, largest
from dashboard.screen import Screen
from dashboard.switches import WHOLE
from dashboard.trends import Shape
from dashboard.views import causes
from etl.catalogue import load_catalogue
from etl.query import Attribution
from etl.snapshot import Snapshot

CAUSES = list(load_catalogue().causes)
DAYS = pd.to_datetime(["2026-10-05", "2026-10-06", "2026-10-07"])
PERIOD = Filters(preset="all", compare=None)


def counted(n: int) -> pd.DataFrame:
    """Three days of `n` causes, the first one with the fewest."""
    rows = [(day, cause, 10 * place) for day in DAYS for place, cause in enumerate(CAUSES[:n], start=1)]
    return pd.DataFrame(rows, columns=["day", "cause", "refusals"])


REST = pd.DataFrame({"day": DAYS, "refusals": [60, 60, 60]})


def test_the_largest_have_panels_of_their_own_and_the_last_panel_is_all_others() -> None:
    figure = multiples.multiples(counted(MOST + 3), EN, "cause", "refusals", REST).figure()

    titles = [note.text for note in figure.layout.annotations]
    assert titles[-1] == "<b>All others (3)</b>"
    assert len(titles) == len(figure.data) == MOST + 1
    assert list(figure.data[0].y) == [110, 110, 110]
    assert list(figure.data[-1].y) == [60, 60, 60]


def test_one_more_than_there_are_panels_is_no_other() -> None:
    assert len(largest(counted(MOST + 1), "cause", "refusals")) == MOST + 1
    assert len(largest(counted(MOST + 2), "cause", "refusals")) == MOST


def test_all_panels_have_one_scale_and_the_same_days() -> None:
    figure = multiples.multiples(counted(5), EN, "cause", "refusals", None).figure()

    assert {axis.range for axis in figure.select_yaxes()} == {(0, 50 * 1.06)}
    assert len({axis.range for axis in figure.select_xaxes()}) == 1


def test_panels_stand_beside_and_below_each_other_and_never_over_each_other() -> None:
    figure = multiples.multiples(counted(8), EN, "cause", "refusals", None).figure()
    across, upright = ([axis.domain for axis in axes] for axes in (figure.select_xaxes(), figure.select_yaxes()))
    boxes = list(zip(across, upright, strict=True))

    def apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
        return one[1] <= other[0] or other[1] <= one[0]

    assert all(apart(x, x2) or apart(y, y2) for place, (x, y) in enumerate(boxes) for x2, y2 in boxes[place + 1 :])
    assert all(0 <= low < high <= 1 for low, high in (*across, *upright))


def test_an_unfinished_day_is_dashed_in_its_panel() -> None:
    marks = replace(EN, as_of=datetime(2026, 10, 7, 12))  # noqa: DTZ001  (a local label, as the snapshot's)
    dashed, solid = multiples.multiples(counted(1), marks, "cause", "refusals", None).figure().data

    assert dashed.line.dash == "dot"
    assert list(dashed.y) == [None, 10, 10]
    assert list(solid.y) == [10, 10, None]


def test_a_mark_filters_its_cause_and_all_others_filter_nothing() -> None:
    figure = multiples.multiples(counted(MOST + 3), ZH, "cause", "refusals", REST).figure()

    assert figure.data[0].customdata[0][0] == CAUSES[MOST + 2]
    assert figure.data[-1].customdata[0][0] == OTHERS
    assert figure.layout.annotations[-1].text == "<b>其余 3 项</b>"


def test_events_are_bands_in_every_panel_and_their_numbers_stand_in_the_uppermost() -> None:
    moment = datetime(2026, 10, 6)  # noqa: DTZ001  (a local label, as the snapshot's)
    event = occasions.Occasion(1, moment, moment.replace(hour=23, minute=59), "release", "")
    sketch = multiples.multiples(counted(5), EN, "cause", "refusals", None)
    figure = occasions.draw_in_panels(sketch, [event], EN).figure()

    assert [(shape.xref, shape.yref) for shape in figure.layout.shapes] == [
        (f"x{number}", f"y{number} domain") for number in ("", 2, 3, 4, 5)
    ]
    assert [note.text for note in figure.layout.annotations].count("1") == 3


def test_nothing_lies_over_the_marks_in_a_band_so_that_they_can_be_clicked() -> None:
    first, last = (datetime(2026, 10, day) for day in (5, 7))  # noqa: DTZ001  (a local label, as the snapshot's)
    for shape in Shape:
        sketch = trends.trend(counted(2), EN, "cause", "refusals", shape)
        figure = occasions.draw_on(sketch, [occasions.Occasion(1, first, last, "holiday", "")], EN).figure()

        assert list(figure.select_traces({"fill": "toself"})) == []
        assert len(figure.layout.shapes) == 1


# ------------------------------------------------------------------------------------------- how far bars reach


def ranked(marks: Marks = EN) -> pd.DataFrame:
    frame = pd.DataFrame({"cause": CAUSES[:3], "refusals": [20, 50, 10], "all_refusals": 100})
    return charts.ranked(frame, "cause", "refusals", None, None)


@pytest.mark.parametrize(("marks", "said"), [(EN, "The first 2 together: <b>70</b> of 100"), (ZH, "前 2 项合计")])
def test_a_dot_per_bar_stands_where_the_bars_so_far_reach_of_all_refusals(marks: Marks, said: str) -> None:
    sketch = charts.bars(ranked(), marks, "cause", "refusals")
    pareto.add_reach(sketch, ranked(), marks)
    reach = sketch.figure().data[-1]

    assert list(reach.x) == [50, 70, 80]
    assert list(sketch.layout["xaxis2"]["tickvals"]) == [0, 25, 50, 75, 100]
    assert said in reach.hovertext[1]


def test_a_single_bar_reaches_as_far_as_it_is_long() -> None:
    sketch = charts.bars(ranked().head(1), EN, "cause", "refusals")
    pareto.add_reach(sketch, ranked().head(1), EN)

    assert "xaxis2" not in sketch.layout


# ------------------------------------------------------------------------------------------- on the screen


@pytest.fixture(scope="module")
def snapshot(publish_once: Callable[..., Snapshot]) -> Snapshot:
    """Eighteen codes, the first one most often, and some that come second."""
    codes = [reason for reason in load_catalogue().reasons if reason[1:].isdigit()][:18]
    lines = [f"refused|2026-10-05|{code} {codes[0]}|{30 - place}" for place, code in enumerate(codes)]
    return publish_once("\n".join(["outcome|at|reasons|times", "approved|2026-10-05||5", *lines]))


def _drawn(screen: Screen, id: str) -> charts.Trace:
    (card,) = (card for card in causes.cards(screen) if card.id == id)
    drawn = answer(card, screen).drawn
    assert drawn is not None
    return drawn.figure.data[0]


def test_bars_and_all_others_add_up_to_all_refusals_and_reach_them(snapshot: Snapshot) -> None:
    screen = Screen(snapshot, PERIOD)
    bars, total = _drawn(screen, "reasons"), sum(30 - place for place in range(18))

    assert sum(bars["x"]) == total
    (card,) = (card for card in causes.cards(screen) if card.id == "reasons")
    drawn = answer(card, screen).drawn
    assert drawn is not None
    (reach,) = (trace for trace in drawn.figure.data if trace.get("xaxis") == "x2")
    assert list(reach["x"])[-1] == total


def test_parts_that_do_not_add_up_reach_nowhere(snapshot: Snapshot) -> None:
    screen = Screen(snapshot, replace(PERIOD, attribution=Attribution.ANY))
    drawn = [answer(card, screen).drawn for card in causes.cards(screen) if card.id in {"reasons", "causes"}]

    assert [one and "xaxis2" in one.figure.layout for one in drawn] == [False, False]


def test_a_click_on_all_others_shows_them_and_leaves_the_filters_as_they_are(snapshot: Snapshot) -> None:
    screen = Screen(snapshot, PERIOD)
    (card,) = (card for card in causes.cards(screen) if card.id == "reasons")
    clicked = on_click(card, screen)
    assert clicked is not None
    assert len(_drawn(screen, "reasons")["x"]) == 15

    assert clicked((OTHERS, "All others", "93"))(PERIOD) == PERIOD
    assert screen.kept == {f"{WHOLE}reasons": True}
    assert len(_drawn(Screen(snapshot, PERIOD, kept=screen.kept), "reasons")["x"]) == 18


def test_the_reader_may_have_the_trend_stacked(snapshot: Snapshot) -> None:
    panels = Screen(snapshot, PERIOD)
    stacked = Screen(snapshot, PERIOD, kept={"cause_shape_en": Shape.STACKED})

    assert (_drawn(panels, "cause_trend")["type"], _drawn(stacked, "cause_trend")["type"]) == ("scatter", "bar")
