"""Figures over time: stacked bars, lines, or one panel per value; unfinished buckets are hatched or dashed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import numpy as np
import pandas as pd

from dashboard import axes, charts, colours
from dashboard.charts import Trace
from dashboard.marks import Marks, tick_format
from dashboard.sketch import LEGEND_ON_TOP, Sketch
from etl.catalogue import load_catalogue
from etl.catalogue.dimensions import TIME_BUCKETS
from etl.catalogue.metrics import METRICS
from etl.words import Words

UNFINISHED = Words(en="not complete", zh="未完整")
_OFFSETS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
EVENT_AXIS = {"range": [0, 1], "visible": False, "fixedrange": True}
HEIGHT, LEGEND_LINE, MOST_IN_LEGEND = 340, 8, 6
"""More series than this have their legend as text under the chart, where it cannot squeeze the plot."""
PANEL, GAP, EVENT_ROW = 86, 26, 20
"""Heights; a panel's title stands in the gap above it."""


class Shape(StrEnum):
    STACKED = "stacked"
    LINES = "lines"
    PANELS = "panels"


@dataclass(frozen=True)
class Series:
    """One value over time, its rows in order, with `at`, `end`, `bucket` and `is_whole` beside the asked columns."""

    value: str
    rows: pd.DataFrame
    colour: str
    strength: float
    name: str


def trend(frame: pd.DataFrame, marks: Marks, split: str | None, metric: str, shape: Shape) -> Sketch:
    """A metric over time by layer, cause or any other split. A rate without a denominator is a gap."""
    timed = placed(frame, marks)
    series = list(_series(timed, marks, split, metric))
    if shape is Shape.PANELS:
        sketch = _panels(series, marks, split, metric)
    else:
        sketch = _together(series, marks, split, metric, shape)
    sketch.set(xaxis=axes.time_axis(timed, grain_of(timed), marks))
    return sketch


def grain_of(frame: pd.DataFrame) -> str:
    """The bucket that a frame is cut into: `hour` where a day's hours stand beside it."""
    return "hour" if "hour" in frame else next(name for name in frame if name in TIME_BUCKETS)


def placed(frame: pd.DataFrame, marks: Marks) -> pd.DataFrame:
    """The frame with each bucket's ends and name, without buckets that the log has not reached."""
    grain = grain_of(frame)
    starts = _starts(frame, grain)
    ends = _ends(starts, grain)
    whole = _whole(starts, ends, marks)
    timed = frame.assign(at=starts, end=ends, bucket=_bucket_names(starts, grain, marks), is_whole=whole)
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


def _together(series: Sequence[Series], marks: Marks, split: str | None, metric: str, shape: Shape) -> Sketch:
    sketch = Sketch(HEIGHT + LEGEND_LINE * min(len(series), MOST_IN_LEGEND))
    for one in series:
        sketch.add(*(_band(one, marks, metric) if len(series) == 1 else []))
        sketch.add(*_traces(one, marks, split, metric, shape))
    axis = {"title": {"text": marks.axis(metric)}, "tickformat": tick_format(metric), "rangemode": "tozero"}
    sketch.set(yaxis=axis, yaxis99={"overlaying": "y", **EVENT_AXIS})
    sketch.set(
        showlegend=1 < len(series) <= MOST_IN_LEGEND,
        legend={**LEGEND_ON_TOP, "y": 1.08},
        barmode="stack",
        bargap=1 - axes.WIDTH,
    )
    return sketch


def _traces(one: Series, marks: Marks, split: str | None, metric: str, shape: Shape) -> list[Trace]:
    if shape is Shape.STACKED:
        return [_stack(one, marks, split, metric)]
    return _line(one, marks, split, metric)


def _panels(series: Sequence[Series], marks: Marks, split: str | None, metric: str) -> Sketch:
    """One row per value, each on its own scale, so that what is small can be seen to move; above them, events."""
    whole = (PANEL + GAP) * len(series) + EVENT_ROW
    sketch = Sketch(whole + 70)
    axis = {"tickformat": tick_format(metric), "rangemode": "tozero", "nticks": 4, **sketch.layout["yaxis"]}
    for row, one in enumerate(series):
        name = str(row + 1) if row else ""
        top = (whole - EVENT_ROW - GAP - row * (PANEL + GAP)) / whole
        sketch.set(**{f"yaxis{name}": {**axis, "domain": [top - PANEL / whole, top]}})
        sketch.note(x=0, xref="paper", xanchor="left", y=top, yref="paper", yanchor="bottom", text=f"<b>{one.name}</b>")
        lines = _line(one, marks, split, metric)
        lines[-1] |= {"fill": "tozeroy", "fillcolor": _faded(one.colour)}
        sketch.add(*({**line, "yaxis": f"y{name}"} for line in lines))
    sketch.set(yaxis99={"domain": [1 - EVENT_ROW / whole, 1], **EVENT_AXIS})
    sketch.set(xaxis={"anchor": f"y{len(series) if len(series) > 1 else ''}"})
    return sketch


def _stack(one: Series, marks: Marks, split: str | None, metric: str) -> Trace:
    pattern = ["" if whole else "/" for whole in one.rows["is_whole"]]
    return {
        "type": "bar",
        "name": one.name,
        "x": _x(one.rows),
        "width": axes.widths(one.rows, grain_of(one.rows)),
        "y": one.rows[metric],
        "marker": {
            "color": one.colour,
            "opacity": one.strength,
            "line": {"width": 0},
            "pattern": {"shape": pattern, "solidity": 0.35, "size": 6},
        },
        "customdata": _custom(one, marks, split, metric),
        "hovertemplate": _hover(one, marks, metric),
    }


def _line(one: Series, marks: Marks, split: str | None, metric: str) -> list[Trace]:
    """The whole buckets as a line with marks that can be clicked, last; before it unfinished ends, dashed and open."""
    whole = one.rows["is_whole"]
    solid = _scatter(one, marks, split, metric, one.rows[metric].where(whole))
    open_ends = _with_neighbours(~whole)
    if not open_ends.any():
        return [solid]
    dashed = _scatter(one, marks, split, metric, one.rows[metric].where(open_ends))
    dashed |= {
        "line": {**dashed["line"], "dash": "dot"},
        "marker": {**dashed["marker"], "symbol": "circle-open"},
        "showlegend": False,
    }
    return [dashed, solid]


def _band(one: Series, marks: Marks, metric: str) -> list[Trace]:
    """The interval around a single line, where the frame has one."""
    if f"{metric}_low" not in one.rows:
        return []
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    low, high = ({**edge, "x": _x(one.rows), "y": one.rows[f"{metric}{end}"]} for end in ("_low", "_high"))
    return [low, {**high, "fill": "tonexty", "fillcolor": _faded(one.colour)}]


def _with_neighbours(mask: pd.Series) -> pd.Series:
    """Also the buckets next to the masked ones, so that a dashed line reaches the solid one."""
    return mask | mask.shift(1, fill_value=False) | mask.shift(-1, fill_value=False)


def _scatter(one: Series, marks: Marks, split: str | None, metric: str, values: pd.Series) -> Trace:
    return {
        "type": "scatter",
        "name": one.name,
        "x": _x(one.rows),
        "y": values,
        "mode": "lines+markers",
        "connectgaps": False,
        "opacity": one.strength,
        "line": {"color": one.colour, "width": 2},
        "marker": {"color": one.colour, "size": 6 if len(one.rows) <= 70 else 4},
        "customdata": _custom(one, marks, split, metric),
        "hovertemplate": _hover(one, marks, metric),
    }


def _x(rows: pd.DataFrame) -> pd.Series:
    """The middle of each bucket on a time axis, so that it covers its days; years as categories."""
    return rows["bucket"] if grain_of(rows) == "year" else axes.middle(rows)


def _custom(one: Series, marks: Marks, split: str | None, metric: str) -> list[list[object]]:
    points = charts.custom(one.rows, (split,) if split else (), marks, metric)
    notes = [f" · {marks.words(UNFINISHED)}" if not whole else "" for whole in one.rows["is_whole"]]
    ends = (one.rows["at"], one.rows["end"] - timedelta(seconds=1))
    first, last = (moments.dt.strftime("%Y-%m-%d") for moments in ends)
    named = zip(points, one.rows["bucket"], notes, first, last, strict=True)
    return [[*point, *more] for point, *more in named]


def _hover(one: Series, marks: Marks, metric: str) -> str:
    clicked = 1 if one.value else 0
    last = 2 * clicked + len(charts.counted(one.rows, metric))
    when = f"%{{customdata[{last}]}}%{{customdata[{last + 1}]}}<br>"
    return when + charts.hover(one.rows, marks, metric, clicked, "y")


def _faded(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgba({red},{green},{blue},0.14)"
