"""Charts in time and under clicks: where buckets, events and few cases stand, and what a click on a mark does."""

from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest
from test_charts import EN, REGIONS, WEEK, ZH, bar_of, by_layer, cell_values, overlay

from dashboard import answers, clicks, grids, legends, occasions, tiles, trends
from dashboard.filters import Filters
from dashboard.marks import Marks
from dashboard.trends import Shape
from etl.catalogue import load_catalogue
from etl.query import Selection
from etl.snapshot import open_snapshot

# ------------------------------------------------------------------------------------------- time and events


def events_from(*spans: tuple[str, str], region: str = "") -> pd.DataFrame:
    starts, ends = ([pd.Timestamp(span[place]) for span in spans] for place in (0, 1))
    texts = [f"event {number}" for number in range(len(spans))]
    return pd.DataFrame({"start_at": starts, "last_at": ends, "region": region, "en": texts, "zh": texts})


@pytest.mark.parametrize(("grain", "end"), [("day", "2026-10-02"), ("week", "2026-10-05"), ("month", "2026-11-01")])
def test_the_time_axis_reaches_the_end_of_the_last_bucket_and_its_marks_stand_in_the_middle(
    grain: str, end: str
) -> None:
    start = pd.Timestamp("2026-09-28" if grain == "week" else "2026-10-01")
    frame = pd.DataFrame({grain: [start], "refusals": [4]})
    figure = trends.trend(frame, EN, None, "refusals", Shape.STACKED).figure()
    assert [pd.Timestamp(at) for at in figure.layout.xaxis.range] == [start, pd.Timestamp(end)]
    bar = bar_of(figure)
    assert pd.Timestamp(bar.x[0]) == start + (pd.Timestamp(end) - start) / 2
    assert 0.8 < bar.width[0] * pd.Timedelta(milliseconds=1) / (pd.Timestamp(end) - start) < 1


def test_a_holiday_band_covers_its_days_and_no_half_day_beside_them() -> None:
    found = occasions.occasions(events_from(("2026-10-06", "2026-10-06T23:59:59")), EN)
    figure = occasions.draw_on(trends.trend(WEEK, EN, None, "refusals", Shape.STACKED), found, EN).figure()
    (band,) = figure.layout.shapes
    inside = [pd.Timestamp(band.x0) <= pd.Timestamp(at) <= pd.Timestamp(band.x1) for at in bar_of(figure).x]
    assert inside == [False, True, False, False]


def test_events_that_the_log_has_not_reached_are_not_counted() -> None:
    marks = Marks(since=date(2026, 10, 5), until=date(2026, 10, 31), as_of=datetime.fromisoformat("2026-10-09T00:00"))
    assert len(occasions.occasions(events_from(("2026-10-08", "2026-10-08"), ("2026-10-20", "2026-10-21")), marks)) == 1


def test_events_heed_the_part_of_the_country() -> None:
    south = load_catalogue().regions["CN-GD"].parent
    marks = Marks(is_chosen=lambda dimension, value: dimension != "macro_region" or value != south)
    assert occasions.occasions(events_from(("2026-10-06", "2026-10-06"), region="CN-GD"), marks) == []
    assert len(occasions.occasions(events_from(("2026-10-06", "2026-10-06"), region="CN-GD"), EN)) == 1


def test_numbers_of_events_that_are_close_are_written_once() -> None:
    spans = [("2026-10-05T01:00", "2026-10-05T02:00"), ("2026-10-05T02:00", "2026-10-05T03:00")]
    found = occasions.occasions(events_from(*spans, ("2026-10-07", "2026-10-07")), EN)
    figure = occasions.draw_on(trends.trend(WEEK, EN, None, "refusals", Shape.STACKED), found, EN).figure()
    (written,) = (trace for trace in figure.data if trace.yaxis == "y99")
    assert list(written.text) == ["1–2", "", "3"]


def test_the_legend_of_many_series_is_text_under_the_chart() -> None:
    names = list(load_catalogue().causes)
    frame = pd.DataFrame({"day": WEEK["day"][0], "cause": names, "refusals": range(len(names))})
    many = trends.trend(frame, EN, "cause", "refusals", Shape.STACKED)
    assert many.layout["showlegend"] is False
    assert all(name in (legends.legend(many, "a_card") or "") for name in names)
    few = trends.trend(by_layer(), EN, "layer", "refusals", Shape.STACKED)
    assert (few.layout["showlegend"], legends.legend(few, "a_card")) == (True, None)
    assert legends.legend(trends.trend(frame, EN, "cause", "refusals", Shape.PANELS), "a_card") is None


def test_a_mark_of_a_trend_ends_with_its_days() -> None:
    frame = pd.DataFrame({"week": [WEEK["day"][0]], "attempts": [4]})
    figure = trends.trend(frame, EN, None, "attempts", Shape.LINES).figure()
    assert list(figure.data[0].customdata[0][-2:]) == ["2026-10-05", "2026-10-11"]


# ------------------------------------------------------------------------------------------- few cases


def test_a_cell_of_few_cases_looks_like_none_of_the_others() -> None:
    figure = tiles.tile_map(REGIONS, EN, "refusal_rate").figure()
    where = {place.region: (place.row, place.column) for place in tiles.places(REGIONS)}
    shown = cell_values(figure)
    assert shown[where["CN-XZ"]] == "XZ<br>50.0% ·"
    assert "·" not in shown[where["CN-GD"]] + shown[where["CN-SH"]]
    row, column = where["CN-XZ"]
    (frame,) = figure.layout.shapes
    assert frame.path.startswith(f"M {column - 0.42},{row - 0.42} ")
    assert frame.path.count("M") == 1, "neither the sure ones nor those without attempts"


def test_few_cases_are_named_by_the_denominator_of_the_rate() -> None:
    assert EN.few("refusal_rate") == "fewer than 30 decided: too few to judge"
    assert EN.few("refusal_share") == "fewer than 30 refusals: too few to judge"
    assert ZH.few("refusal_share").startswith("拒绝不足")


def test_a_calendar_leaves_a_column_for_a_week_without_days() -> None:
    frame = WEEK.iloc[[0, 2]].assign(day=pd.to_datetime(["2026-10-05", "2026-10-21"]))
    figure = grids.calendar(frame, EN, "refusal_rate").figure()
    assert set(cell_values(figure)) == {(0, 0), (2, 2)}
    assert [list(click) for click in overlay(figure).customdata] == [["2026-10-05"] * 2, ["2026-10-21"] * 2]


# ------------------------------------------------------------------------------------------- clicks


def test_a_cell_replaces_the_last_one_and_a_second_click_releases_it(synthetic_home: Path) -> None:
    snapshot = open_snapshot(synthetic_home)
    before = Filters(where=(("channel", Selection(("app",))),))
    one = {"region": "CN-GD", "cause": "debt"}
    other = {"region": "CN-HB", "cause": "debt"}
    there = clicks.picked(snapshot, clicks.picked(snapshot, before, one), other)
    assert (there.selection("region"), there.selection("cause")) == (Selection(("CN-HB",)), Selection(("debt",)))
    assert clicks.picked(snapshot, there, other) == before


@pytest.mark.parametrize(
    "before", [Filters(preset="last90"), Filters(preset="custom", since=date(2026, 9, 1)), Filters(preset="all")]
)
def test_a_click_on_a_day_shows_it_and_another_one_goes_back(before: Filters) -> None:
    day, kept = date(2026, 10, 5), dict[str, object]()
    there = clicks.framed(before, day, day, Filters(), kept)
    assert (there.preset, there.since, there.until) == ("custom", day, day)
    assert clicks.framed(there, day, day, Filters(), kept) == before
    assert clicks.framed(there, day, day, Filters(), kept) == Filters()


def test_what_was_only_before_is_compared_with_nothing_now() -> None:
    now = pd.DataFrame({"cause": ["debt"], "refusals": [3]})
    before = pd.DataFrame({"cause": ["debt", "network"], "refusals": [1, 2]})
    both = answers.beside(now, before, ["cause"]).set_index("cause")
    assert both.loc["network"].to_dict() == {"refusals": 0, "refusals_before": 2}
