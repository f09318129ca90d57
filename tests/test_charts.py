"""Charts: figures carry the numbers of their frame and nothing else, in both languages."""

import re
from datetime import date, datetime
from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from dashboard import charts, colours, grids, occasions, tiles, trends
from dashboard.marks import Marks
from dashboard.sketch import TRANSPARENT
from dashboard.trends import Shape
from etl.catalogue import load_catalogue
from etl.words import Language

CHINESE = re.compile(r"[一-鿿]")
EN, ZH = Marks(Language.EN), Marks(Language.ZH)
LAYERS = list(load_catalogue().layers)
WEEK = pd.DataFrame(
    {
        "day": pd.to_datetime(["2026-10-05", "2026-10-06", "2026-10-07", "2026-10-08"]),
        "refusals": [10, 0, 30, 40],
        "decided": [100, 0, 100, 100],
        "refusal_rate": [0.1, np.nan, 0.3, 0.4],
    }
)
REGIONS = pd.DataFrame(
    {
        "region": ["CN-GD", "CN-BJ", "CN-XZ", "unknown"],
        "refusals": [200, 0, 5, 40],
        "decided": [1000, 500, 10, 100],
        "refusal_rate": [0.2, 0.0, 0.5, 0.4],
    }
)


def by_layer(metric: str = "refusals") -> pd.DataFrame:
    """Two days of every layer."""
    days = pd.to_datetime(["2026-10-05", "2026-10-06"])
    index = pd.MultiIndex.from_product([days, LAYERS], names=["day", "layer"])
    return pd.DataFrame({metric: range(1, len(index) + 1)}, index=index).reset_index()


def causes(n: int) -> pd.DataFrame:
    names = list(load_catalogue().causes)[:n]
    return pd.DataFrame({"cause": names, "refusals": [(place + 1) * 10 for place in range(n)]})


def cell_values(figure: go.Figure) -> dict[tuple[int, int], str]:
    """The text of every drawn cell, by its row and column, over all heatmaps."""
    found: dict[tuple[int, int], str] = {}
    for heatmap in figure.select_traces({"type": "heatmap"}):
        for place in zip(*np.nonzero(~np.isnan(np.array(heatmap.z, dtype=float))), strict=True):
            assert place not in found, "two cells at one place"
            found[place] = np.array(heatmap.text, dtype=object)[place]
    return found


def overlay(figure: go.Figure) -> go.Scatter:
    """The invisible marks over the cells that clicks go to."""
    return next(trace for trace in figure.select_traces({"type": "scatter"}) if trace.customdata is not None)


def bar_of(figure: go.Figure) -> go.Bar:
    (bar,) = figure.select_traces({"type": "bar"})
    return bar


def texts(figure: go.Figure) -> str:
    axes = [*figure.select_xaxes(), *figure.select_yaxes()]
    titles = [axis.title.text for axis in axes if axis.title.text]
    hovers = [str(trace.hovertemplate) for trace in figure.data if trace.hovertemplate]
    return " ".join([*titles, *hovers, *(note.text for note in figure.layout.annotations)])


def figures(marks: Marks) -> dict[str, go.Figure]:
    """One of each kind, over frames that make them speak."""
    return {
        "stack": trends.trend(by_layer(), marks, "layer", "refusals", Shape.STACKED).figure(),
        "line": trends.trend(WEEK, marks, None, "refusal_rate", Shape.LINES).figure(),
        "bars": charts.bars(REGIONS, marks, "region", "refusal_rate", whole=0.15).figure(),
    }


def test_bars_carry_the_numbers_of_the_frame_with_the_largest_on_top() -> None:
    figure = charts.bars(causes(4), EN, "cause", "refusals").figure()
    bar = bar_of(figure)
    assert list(bar.x) == [40, 30, 20, 10]
    assert [point[0] for point in bar.customdata] == list(load_catalogue().causes)[3::-1]
    top, bottom = figure.layout.yaxis.range[1], figure.layout.yaxis.range[0]
    assert top < bottom, "the axis runs downwards"


def test_all_others_add_to_the_total_and_cannot_be_clicked() -> None:
    frame = causes(10)
    shown = charts.top_values(frame, "cause", "refusals", 3)
    rest = frame[~frame["cause"].isin(shown)]
    others = pd.DataFrame({"refusals": [rest["refusals"].sum()]})
    figure = charts.bars(frame, EN, "cause", "refusals", top=3, others=others).figure()
    bar = bar_of(figure)
    assert sum(bar.x) == frame["refusals"].sum()
    assert bar.customdata[-1][0] == charts.OTHERS
    assert "All others (7)" in figure.layout.yaxis.ticktext[-1]


def test_one_bar_too_many_is_drawn_rather_than_merged() -> None:
    assert not charts.is_cut(causes(4), 3)
    assert charts.is_cut(causes(5), 3)


def test_a_rate_of_few_cases_is_greyed() -> None:
    bar = bar_of(charts.bars(REGIONS, EN, "region", "refusal_rate").figure())
    colour = {point[0]: shade for point, shade in zip(bar.customdata, bar.marker.color, strict=True)}
    assert colour["CN-XZ"] == colours.MUTED
    assert colour["CN-GD"] == colours.ACCENT


def test_a_ranking_has_whiskers_at_the_interval_and_a_line_at_the_whole() -> None:
    frame = REGIONS.assign(refusal_rate_low=REGIONS["refusal_rate"] / 2, refusal_rate_high=REGIONS["refusal_rate"] * 2)
    figure = charts.bars(frame, EN, "region", "refusal_rate", whole=0.15).figure()
    bar = bar_of(figure)
    rates = np.array(bar.x)
    assert rates + np.array(bar.error_x.array) == pytest.approx(rates * 2)
    assert rates - np.array(bar.error_x.arrayminus) == pytest.approx(rates / 2)
    assert figure.layout.shapes[0].x0 == 0.15


def test_a_trend_carries_each_layer_in_its_colour() -> None:
    frame = by_layer()
    figure = trends.trend(frame, EN, "layer", "refusals", Shape.STACKED).figure()
    assert {trace.name: tuple(trace.y) for trace in figure.data} == {
        layer: tuple(frame.loc[frame["layer"] == layer, "refusals"]) for layer in LAYERS
    }
    assert {trace.name: trace.marker.color for trace in figure.data} == colours.LAYERS


def test_a_rate_without_a_denominator_is_a_gap() -> None:
    (line,) = trends.trend(WEEK, EN, None, "refusal_rate", Shape.LINES).figure().data
    assert np.array_equal(np.array(line.y, dtype=float), WEEK["refusal_rate"], equal_nan=True)
    assert line.connectgaps is False


def test_an_unfinished_bucket_is_dashed_in_lines_and_hatched_in_bars() -> None:
    marks = Marks(since=date(2026, 10, 5), until=date(2026, 10, 8), as_of=datetime.fromisoformat("2026-10-08T12:00"))
    dashed, solid = trends.trend(WEEK, marks, None, "refusal_rate", Shape.LINES).figure().data
    assert dashed.line.dash == "dot"
    assert solid.line.dash is None
    assert pd.isna(solid.y[-1])
    assert list(dashed.y[-2:]) == [0.3, 0.4], "the dashed end meets the solid line"
    (bar,) = trends.trend(WEEK, marks, None, "refusals", Shape.STACKED).figure().data
    assert list(bar.marker.pattern.shape) == ["", "", "", "/"]


def test_years_are_categories() -> None:
    frame = pd.DataFrame({"year": pd.to_datetime(["2014-01-01", "2015-01-01"]), "refusals": [3, 4]})
    for marks, names in ((EN, ("2014", "2015")), (ZH, ("2014年", "2015年"))):
        figure = trends.trend(frame, marks, None, "refusals", Shape.LINES).figure()
        assert figure.layout.xaxis.type == "category"
        assert tuple(figure.data[0].x) == names


def test_panels_carry_one_layer_each_and_share_their_time() -> None:
    frame = by_layer()
    figure = trends.trend(frame, EN, "layer", "refusals", Shape.PANELS).figure()
    assert [trace.name for trace in figure.data] == LAYERS
    assert len({trace.yaxis for trace in figure.data}) == len(LAYERS)
    assert {trace.xaxis for trace in figure.data} == {None}
    domains = sorted(axis.domain for axis in figure.select_yaxes() if axis.domain)
    assert all(low[1] <= high[0] for low, high in pairwise(domains)), "no panel lies over another"


def test_buckets_that_the_log_has_not_reached_are_not_drawn_as_zero() -> None:
    marks = Marks(since=date(2026, 10, 5), until=date(2026, 10, 9), as_of=datetime.fromisoformat("2026-10-07T00:00"))
    (bar,) = trends.trend(WEEK, marks, None, "refusals", Shape.STACKED).figure().data
    assert list(bar.y) == [10, 0]


def test_what_was_before_is_a_line_on_its_bar_and_clicks_as_the_bar_does() -> None:
    frame = causes(3).assign(refusals_before=[15, 15, 40])
    figure = charts.bars(frame, EN, "cause", "refusals").figure()
    bar = bar_of(figure)
    (before,) = figure.select_traces({"name": charts.COMPARED.en})
    assert dict(zip(before.y, before.x, strict=True)) == {0: 40, 1: 15, 2: 15}
    assert [point[0] for point in before.customdata] == [point[0] for point in bar.customdata]


def test_what_a_filter_leaves_out_is_drawn_faint_and_not_left_out() -> None:
    marks = Marks(is_chosen=lambda dimension, value: value == "debt", filtered=frozenset({"cause"}))
    bar = bar_of(charts.bars(causes(5), marks, "cause", "refusals").figure())
    strengths = {point[0]: strength for point, strength in zip(bar.customdata, bar.marker.opacity, strict=True)}
    assert len(strengths) == 5
    assert {value for value, strength in strengths.items() if strength == 1.0} == {"debt"}


def test_only_events_inside_the_days_shown_are_drawn() -> None:
    events = pd.DataFrame(
        {
            "start_at": pd.to_datetime(["2026-10-01", "2026-10-06", "2027-01-01"]),
            "last_at": pd.to_datetime(["2026-10-02", "2026-10-09", "2027-01-02"]),
            "region": ["", "", ""],
            "en": ["before", "during", "after"],
            "zh": ["之前", "期间", "之后"],
        }
    )
    marks = Marks(Language.ZH, since=date(2026, 10, 5), until=date(2026, 10, 8))
    found = occasions.occasions(events, marks)
    assert [one.text for one in found] == ["期间"]
    figure = occasions.draw_on(trends.trend(WEEK, marks, None, "refusals", Shape.LINES), found, marks).figure()
    assert len(figure.layout.shapes) == 1


def test_tiles_stand_at_their_cells_and_the_unknown_below_them() -> None:
    where = {place.region: (place.row, place.column) for place in tiles.places(REGIONS)}
    region = load_catalogue().regions["CN-GD"]
    assert where["CN-GD"] == (region.tile_row, region.tile_col)
    assert where["unknown"][0] > max(row for value, (row, _) in where.items() if value != "unknown")
    assert len(set(where.values())) == len(where)
    figure = tiles.tile_map(REGIONS, EN, "refusal_rate").figure()
    shown = cell_values(figure)
    assert shown[where["CN-GD"]] == "GD<br>20.0%"
    assert shown[where["unknown"]].endswith("40.0%")
    written = [shown[where["unknown"]], *(note.text for note in figure.layout.annotations)]
    assert any("unknown" in text for text in written), "its name stands on the tile or beside it"


def test_a_region_without_attempts_is_not_a_region_without_refusals() -> None:
    figure = tiles.tile_map(REGIONS, EN, "refusal_rate").figure()
    where = {place.region: (place.row, place.column) for place in tiles.places(REGIONS)}
    shown = cell_values(figure)
    assert shown[where["CN-BJ"]] == "BJ<br>0.0%"
    assert shown[where["CN-SH"]].startswith("SH")
    assert "%" not in shown[where["CN-SH"]], "missing is not zero"
    marks = overlay(figure)
    said = {(y, x): text for x, y, text in zip(marks.x, marks.y, marks.hovertext, strict=True)}
    assert tiles.NONE_HERE.en in said[where["CN-SH"]]


def test_a_click_on_a_tile_names_its_region() -> None:
    marks = overlay(tiles.tile_map(REGIONS, EN, "refusal_rate").figure())
    clicks = {click[0] for click in marks.customdata if click}
    assert clicks == set(REGIONS["region"])


def test_matrix_cells_show_the_frame_and_leave_gaps_blank() -> None:
    frame = pd.DataFrame(
        {
            "region": ["CN-GD", "CN-GD", "CN-BJ", "CN-BJ"],
            "cause": ["network", "policy"] * 2,
            "refusals": [10, 20, 0, 0],
            "decided": [100, 100, 0, 0],
            "refusal_rate": [0.1, 0.2, np.nan, np.nan],
        }
    )
    figure = grids.matrix(frame, EN, "region", "cause", "refusal_rate").figure()
    assert sorted(cell_values(figure).values()) == ["10.0", "20.0"]
    assert ["CN-GD", "network"] in [list(click) for click in overlay(figure).customdata]


def test_week_hours_stand_on_their_weekday_and_hour() -> None:
    frame = pd.DataFrame({"weekday": [1, 7], "hour": [0, 23], "refusals": [4, 9]})
    for marks, monday in ((EN, "Mon"), (ZH, "周一")):
        figure = grids.week_clock(frame, marks, "refusals").figure()
        assert set(cell_values(figure)) == {(0, 0), (6, 23)}
        assert figure.layout.yaxis.ticktext[0] == monday


@pytest.mark.parametrize("kind", ["stack", "line", "bars"])
def test_figures_speak_one_language(kind: str) -> None:
    english, chinese = texts(figures(EN)[kind]), texts(figures(ZH)[kind])
    assert not CHINESE.search(english)
    assert CHINESE.search(chinese)


@pytest.mark.parametrize("marks", [EN, ZH])
def test_no_figure_brings_a_ground_of_its_own(marks: Marks) -> None:
    for figure in figures(marks).values():
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == TRANSPARENT


def test_calendar_days_stand_on_their_weekday_below_monday() -> None:
    figure = grids.calendar(WEEK, EN, "refusal_rate").figure()
    assert set(cell_values(figure)) == {(0, 0), (2, 0), (3, 0)}, "the day without a rate is a gap"
    assert figure.layout.yaxis.ticktext[0] == "Mon"
