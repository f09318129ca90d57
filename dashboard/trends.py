"""Figures over time: stacked bars, lines, or one panel per value; unfinished buckets are hatched or dashed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboard import charts, colours
from dashboard.marks import Marks, tick_format
from etl.catalogue import load_catalogue
from etl.catalogue.dimensions import TIME_BUCKETS
from etl.catalogue.metrics import METRICS
from etl.words import Language, Words

UNFINISHED = Words(en="not complete", zh="未完整")
TITLES = {
    "hour": Words(en="Hour", zh="小时"),
    "day": Words(en="Day", zh="日"),
    "week": Words(en="Week, by its Monday", zh="周（以周一计）"),
    "month": Words(en="Month", zh="月"),
    "quarter": Words(en="Quarter", zh="季度"),
    "year": Words(en="Year", zh="年"),
}
_TICKS = {
    Language.EN: ("%-d %b\n%H:%M", "%-d %b\n%Y", "%b\n%Y", "%Y"),
    Language.ZH: ("%-m月%-d日\n%H:%M", "%-m月%-d日\n%Y年", "%-m月\n%Y年", "%Y年"),
}
"""Texts at ticks less than a day, a month and half a year apart, and further."""
_DAY = 86_400_000
HALF_A_BUCKET = {"hour": 0.5, "day": 12, "week": 84, "month": 360, "quarter": 1080}
"""Hours."""
_OFFSETS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
PANEL, GAP, EVENT_ROW = 86, 26, 20
"""Heights; a panel's title stands in the gap above it."""


class Shape(StrEnum):
    STACKED = "stacked"
    LINES = "lines"
    PANELS = "panels"


@dataclass(frozen=True)
class Series:
    """One value over time, its rows in order, with `at`, `bucket` and `is_whole` beside the asked columns."""

    value: str
    rows: pd.DataFrame
    colour: str
    strength: float
    name: str


def trend(frame: pd.DataFrame, marks: Marks, split: str | None, metric: str, shape: Shape) -> go.Figure:
    """A metric over time by layer, cause or any other split. A rate without a denominator is a gap."""
    timed = placed(frame, marks)
    series = list(_series(timed, marks, split, metric))
    if shape is Shape.PANELS:
        figure = _panels(series, marks, split, metric)
    else:
        figure = _together(series, marks, split, metric, shape)
    _time_axis(figure, timed, marks)
    return figure


def grain_of(frame: pd.DataFrame) -> str:
    """The bucket that a frame is cut into: `hour` where a day's hours stand beside it."""
    return "hour" if "hour" in frame else next(name for name in frame if name in TIME_BUCKETS)


def placed(frame: pd.DataFrame, marks: Marks) -> pd.DataFrame:
    """The frame with the moment and the name of each bucket, without buckets that the log has not reached."""
    grain = grain_of(frame)
    starts = _starts(frame, grain)
    ends = _ends(starts, grain)
    timed = frame.assign(at=starts, bucket=_bucket_names(starts, grain, marks), is_whole=_whole(starts, ends, marks))
    return timed[starts < np.datetime64(marks.as_of)] if marks.as_of else timed


def _starts(frame: pd.DataFrame, grain: str) -> pd.Series:
    if grain == "hour":
        return pd.to_datetime(frame["day"]) + pd.to_timedelta(frame["hour"], unit="h")
    return pd.to_datetime(frame[grain])


def _ends(starts: pd.Series, grain: str) -> pd.Series:
    if grain == "hour":
        return starts + timedelta(hours=1)
    ends = starts.dt.to_period(_OFFSETS[grain]).dt.end_time
    return ends.dt.floor("D") + timedelta(days=1)


def _whole(starts: pd.Series, ends: pd.Series, marks: Marks) -> pd.Series:
    """Whether a bucket lies inside the days asked for and the days that the log is complete for."""
    first, far = datetime.combine(marks.since or date.min, time.min), datetime.combine(date.max, time.min)
    until = datetime.combine(marks.until, time.min) + timedelta(days=1) if marks.until else far
    last = min(until, marks.as_of or far)
    return pd.Series([start >= first and end <= last for start, end in zip(starts, ends, strict=True)], starts.index)


def _bucket_names(starts: pd.Series, grain: str, marks: Marks) -> pd.Series:
    names = {start: _bucket_name(start, grain, marks) for start in starts.unique()}
    return starts.map(names)


def _bucket_name(start: pd.Timestamp, grain: str, marks: Marks) -> str:
    if grain == "hour":
        return f"{marks.label('day', start)} {start:%H:%M}"
    return marks.label(grain, start)


def _series(timed: pd.DataFrame, marks: Marks, split: str | None, metric: str) -> Iterator[Series]:
    if split is None:
        name = METRICS[metric].words(marks.language)
        yield Series("", timed.sort_values("at"), colours.ACCENT, 1.0, name)
        return
    for value in _ordered(timed, split, metric):
        rows = timed[timed[split] == value].sort_values("at")
        yield Series(
            value, rows, marks.colour(split, value), charts.strength(marks, split, value), marks.label(split, value)
        )


def _ordered(timed: pd.DataFrame, split: str, metric: str) -> list[str]:
    """Layers and causes in the catalogue's order; other splits, the largest first."""
    catalogue = load_catalogue()
    listed = {"layer": list(catalogue.layers), "cause": list(catalogue.causes)}.get(split, [])
    sums = timed.groupby(split)[metric].max().sort_values(ascending=False)
    return sorted(sums.index, key=lambda value: listed.index(value) if value in listed else len(listed))


def _together(series: Sequence[Series], marks: Marks, split: str | None, metric: str, shape: Shape) -> go.Figure:
    figure = charts.plain(360, showlegend=len(series) > 1, barmode="stack", bargap=0.12)
    for one in series:
        figure.add_traces(_band(one, marks, metric) if len(series) == 1 else [])
        traces = [_stack(one, marks, split, metric)] if shape is Shape.STACKED else _line(one, marks, split, metric)
        figure.add_traces(traces)
    figure.update_yaxes(title_text=marks.axis(metric), tickformat=tick_format(metric), rangemode="tozero")
    figure.update_layout(legend={"orientation": "h", "y": 1.08, "yanchor": "bottom", "x": 0, "traceorder": "normal"})
    return figure


def _panels(series: Sequence[Series], marks: Marks, split: str | None, metric: str) -> go.Figure:
    """One row per value, each on its own scale, so that what is small can be seen to move; a thin row for events."""
    n = len(series)
    figure = make_subplots(
        rows=n + 1,
        shared_xaxes=True,
        row_heights=[EVENT_ROW, *[PANEL] * n],
        vertical_spacing=GAP / (PANEL * n + EVENT_ROW + GAP * n),
        subplot_titles=["", *(f"<b>{one.name}</b>" for one in series)],
    )
    figure.update_layout(charts.plain((PANEL + GAP) * n + EVENT_ROW + 70).layout)
    for row, one in enumerate(series, start=2):
        figure.add_traces(_line(one, marks, split, metric, fill="tozeroy"), rows=row, cols=1)
    axis = {"fixedrange": True, "automargin": True}
    figure.update_yaxes(tickformat=tick_format(metric), rangemode="tozero", nticks=4, **axis)
    figure.update_yaxes(visible=False, range=[0, 1], row=1, col=1)
    figure.update_xaxes(showticklabels=False, showgrid=False, **axis)
    figure.update_xaxes(showticklabels=True, row=n + 1, col=1)
    return figure.update_annotations(x=0, xanchor="left", font_size=13)


def _stack(one: Series, marks: Marks, split: str | None, metric: str) -> go.Bar:
    return go.Bar(
        name=one.name,
        x=_x(one.rows, marks),
        y=one.rows[metric],
        marker={
            "color": one.colour,
            "opacity": one.strength,
            "line": {"width": 0},
            "pattern": {"shape": ["" if whole else "/" for whole in one.rows["is_whole"]], "solidity": 0.35, "size": 6},
        },
        customdata=_custom(one, marks, split, metric),
        hovertemplate=_hover(one, marks, metric),
    )


def _line(one: Series, marks: Marks, split: str | None, metric: str, fill: str | None = None) -> list[go.Scatter]:
    """The whole buckets as a line with marks that can be clicked; unfinished ends dashed and open."""
    whole = one.rows["is_whole"]
    solid = _scatter(one, marks, split, metric, one.rows[metric].where(whole))
    if fill:
        solid.update(fill=fill, fillcolor=_faded(one.colour))
    open_ends = _with_neighbours(~whole)
    if not open_ends.any():
        return [solid]
    dashed = _scatter(one, marks, split, metric, one.rows[metric].where(open_ends))
    dashed.update(line_dash="dot", showlegend=False, marker_symbol="circle-open")
    return [dashed, solid]


def _band(one: Series, marks: Marks, metric: str) -> list[go.Scatter]:
    """The interval around a single line, where the frame has one."""
    if f"{metric}_low" not in one.rows:
        return []
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    low, high = (go.Scatter(x=_x(one.rows, marks), y=one.rows[f"{metric}{end}"], **edge) for end in ("_low", "_high"))
    high.update(fill="tonexty", fillcolor=_faded(one.colour))
    return [low, high]


def _with_neighbours(mask: pd.Series) -> pd.Series:
    """Also the buckets next to the masked ones, so that a dashed line reaches the solid one."""
    return mask | mask.shift(1, fill_value=False) | mask.shift(-1, fill_value=False)


def _scatter(one: Series, marks: Marks, split: str | None, metric: str, values: pd.Series) -> go.Scatter:
    return go.Scatter(
        name=one.name,
        x=_x(one.rows, marks),
        y=values,
        mode="lines+markers",
        connectgaps=False,
        opacity=one.strength,
        line={"color": one.colour, "width": 2},
        marker={"color": one.colour, "size": 6 if len(one.rows) <= 70 else 4},
        customdata=_custom(one, marks, split, metric),
        hovertemplate=_hover(one, marks, metric),
    )


def _x(rows: pd.DataFrame, marks: Marks) -> pd.Series:
    """Days and hours on a time axis; years as categories, so that none looks like its first of January."""
    return rows["bucket"] if grain_of(rows) == "year" else rows["at"]


def _custom(one: Series, marks: Marks, split: str | None, metric: str) -> list[list[object]]:
    points = charts.custom(one.rows, (split,) if split else (), marks, metric)
    notes = [f" · {marks.words(UNFINISHED)}" if not whole else "" for whole in one.rows["is_whole"]]
    return [[*point, bucket, note] for point, bucket, note in zip(points, one.rows["bucket"], notes, strict=True)]


def _hover(one: Series, marks: Marks, metric: str) -> str:
    clicked = 1 if one.value else 0
    last = 2 * clicked + len(charts.counted(one.rows, metric))
    when = f"%{{customdata[{last}]}}%{{customdata[{last + 1}]}}<br>"
    return when + charts.hover(one.rows, marks, metric, clicked, "y")


def _time_axis(figure: go.Figure, timed: pd.DataFrame, marks: Marks) -> None:
    grain = grain_of(timed)
    list(figure.select_xaxes())[-1].title.text = marks.words(TITLES[grain])
    if grain == "year":
        figure.update_xaxes(type="category", range=[-0.5, timed["at"].nunique() - 0.5])
        return
    figure.update_xaxes(type="date", tickformatstops=_stops(marks.language), nticks=7, tickangle=0)
    figure.update_xaxes(range=_reach(timed, grain))
    if grain in {"week", "month", "quarter"} and timed["at"].nunique() <= 14:
        figure.update_xaxes(tickmode="array", tickvals=sorted(timed["at"].unique()))


def _reach(timed: pd.DataFrame, grain: str) -> list[pd.Timestamp]:
    """From half a bucket before the first to half a bucket after the last, whatever else is drawn."""
    margin = pd.Timedelta(HALF_A_BUCKET[grain], unit="h")
    return [timed["at"].min() - margin, timed["at"].max() + margin]


def _stops(language: Language) -> list[dict[str, object]]:
    bounds = [None, _DAY, 28 * _DAY, "M6", None]
    return [
        {"dtickrange": [bounds[place], bounds[place + 1]], "value": text} for place, text in enumerate(_TICKS[language])
    ]


def _faded(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgba({red},{green},{blue},0.14)"
