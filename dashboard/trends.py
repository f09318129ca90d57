"""Figures over time: stacked bars, lines, or one panel per value; unfinished buckets are hatched or dashed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pandas as pd

from dashboard import axes, charts, colours
from dashboard.buckets import grain_of, placed
from dashboard.charts import Trace
from dashboard.marks import Marks, tick_format
from dashboard.sketch import LEGEND_ON_TOP, Sketch
from etl.catalogue import load_catalogue
from etl.catalogue.metrics import METRICS
from etl.words import Words

UNFINISHED = Words(en="not complete", zh="未完整")
EVENT_AXIS = {"range": [0, 1], "visible": False, "fixedrange": True}
HEIGHT, LEGEND_LINE, MOST_IN_LEGEND = 340, 8, 6
"""More series than this have their legend as text under the chart, where it cannot squeeze the plot."""
PANEL, GAP, EVENT_ROW = 86, 26, 20
"""Heights; a panel's title stands in the gap above it."""


class Shape(StrEnum):
    STACKED = "stacked"
    LINES = "lines"
    PANELS = "panels"


Columns = dict[str, list[Any]]
"""A frame as plain lists: figures are made of those, and pandas costs more for a few rows than for a million."""


@dataclass(frozen=True)
class Series:
    """One value over time, its rows in order: the columns of `placed`, and `custom` beside them."""

    value: str
    rows: Columns
    colour: str
    strength: float
    name: str
    hover: str


def trend(frame: pd.DataFrame, marks: Marks, split: str | None, metric: str, shape: Shape) -> Sketch:
    """A metric over time by layer, cause or any other split. A rate without a denominator is a gap."""
    timed = placed(frame, marks)
    series = list(series_of(timed, marks, split, metric))
    sketch = _panels(series, metric) if shape is Shape.PANELS else _together(series, marks, metric, shape)
    sketch.set(xaxis=axes.time_axis(timed, grain_of(timed), marks))
    return sketch


def series_of(timed: pd.DataFrame, marks: Marks, split: str | None, metric: str) -> Iterator[Series]:
    rows: Columns = {str(name): timed[name].tolist() for name in timed}
    rows["custom"] = _custom(timed, rows, marks, split, metric)
    hover = _hover(timed, marks, split, metric)
    if split is None:
        yield Series("", rows, colours.ACCENT, 1.0, METRICS[metric].words(marks.language), hover)
        return
    for value, mine in _ordered(rows, split, metric).items():
        colour, strength = marks.colour(split, value), charts.strength(marks, split, value)
        own = {name: [column[row] for row in mine] for name, column in rows.items()}
        yield Series(value, own, colour, strength, marks.label(split, value), hover)


def _ordered(rows: Columns, split: str, metric: str) -> dict[str, list[int]]:
    """The rows of each value: layers and causes in the catalogue's order; other splits, the largest first."""
    catalogue = load_catalogue()
    listed = {"layer": list(catalogue.layers), "cause": list(catalogue.causes)}.get(split, [])
    mine: dict[str, list[int]] = {}
    for row, value in enumerate(rows[split]):
        mine.setdefault(value, []).append(row)
    most = {
        value: max((rows[metric][row] for row in own if not pd.isna(rows[metric][row])), default=0)
        for value, own in mine.items()
    }
    order = sorted(
        mine, key=lambda value: (listed.index(value) if value in listed else len(listed), -most[value], value)
    )
    return {value: mine[value] for value in order}


def _together(series: Sequence[Series], marks: Marks, metric: str, shape: Shape) -> Sketch:
    sketch = Sketch(HEIGHT + LEGEND_LINE * min(len(series), MOST_IN_LEGEND))
    for one in series:
        sketch.add(*(_band(one, metric) if len(series) == 1 else []))
        sketch.add(*([_stack(one, metric)] if shape is Shape.STACKED else line(one, metric)))
    axis = {"title": {"text": marks.axis(metric)}, "tickformat": tick_format(metric), "rangemode": "tozero"}
    sketch.set(yaxis=axis, yaxis99={"overlaying": "y", **EVENT_AXIS})
    sketch.set(
        showlegend=1 < len(series) <= MOST_IN_LEGEND,
        legend={**LEGEND_ON_TOP, "y": 1.08},
        barmode="stack",
        bargap=1 - axes.WIDTH,
    )
    return sketch


def _panels(series: Sequence[Series], metric: str) -> Sketch:
    """One row per value, each on its own scale, so that what is small can be seen to move; above them, events."""
    whole = (PANEL + GAP) * len(series) + EVENT_ROW
    sketch = Sketch(whole + 70)
    axis = {"tickformat": tick_format(metric), "rangemode": "tozero", "nticks": 4, **sketch.layout["yaxis"]}
    for row, one in enumerate(series):
        name = str(row + 1) if row else ""
        top = (whole - EVENT_ROW - GAP - row * (PANEL + GAP)) / whole
        sketch.set(**{f"yaxis{name}": {**axis, "domain": [top - PANEL / whole, top]}})
        sketch.note(x=0, xref="paper", xanchor="left", y=top, yref="paper", yanchor="bottom", text=f"<b>{one.name}</b>")
        lines = line(one, metric)
        lines[-1] |= {"fill": "tozeroy", "fillcolor": faded(one.colour)}
        sketch.add(*({**line, "yaxis": f"y{name}"} for line in lines))
    sketch.set(yaxis99={"domain": [1 - EVENT_ROW / whole, 1], **EVENT_AXIS})
    sketch.set(xaxis={"anchor": f"y{len(series) if len(series) > 1 else ''}"})
    return sketch


def _stack(one: Series, metric: str) -> Trace:
    return {
        "type": "bar",
        "name": one.name,
        "x": one.rows["x"],
        "width": None if "year" in one.rows else one.rows["width"],
        "y": one.rows[metric],
        "marker": {
            "color": one.colour,
            "opacity": one.strength,
            "line": {"width": 0},
            "pattern": {"shape": ["" if whole else "/" for whole in one.rows["is_whole"]], "solidity": 0.35, "size": 6},
        },
        "customdata": one.rows["custom"],
        "hovertemplate": one.hover,
    }


def line(one: Series, metric: str) -> list[Trace]:
    """The whole buckets as a line with marks that can be clicked, last; before it unfinished ends, dashed and open."""
    whole = one.rows["is_whole"]
    solid = _scatter(one, _where(whole, one.rows[metric]))
    open_ends = _with_neighbours([not is_whole for is_whole in whole])
    if not any(open_ends):
        return [solid]
    dashed = _scatter(one, _where(open_ends, one.rows[metric]))
    dashed |= {
        "line": {**dashed["line"], "dash": "dot"},
        "marker": {**dashed["marker"], "symbol": "circle-open"},
        "showlegend": False,
    }
    return [dashed, solid]


def _band(one: Series, metric: str) -> list[Trace]:
    """The interval around a single line, where the frame has one."""
    if f"{metric}_low" not in one.rows:
        return []
    edge = {"type": "scatter", "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    low, high = ({**edge, "x": one.rows["x"], "y": one.rows[f"{metric}{end}"]} for end in ("_low", "_high"))
    return [low, {**high, "fill": "tonexty", "fillcolor": faded(one.colour)}]


def _where(mask: list[bool], values: list[float]) -> list[float | None]:
    return [value if is_shown else None for is_shown, value in zip(mask, values, strict=True)]


def _with_neighbours(mask: list[bool]) -> list[bool]:
    """Also the buckets next to the masked ones, so that a dashed line reaches the solid one."""
    return [any(mask[max(place - 1, 0) : place + 2]) for place in range(len(mask))]


def _scatter(one: Series, values: list[float | None]) -> Trace:
    return {
        "type": "scatter",
        "name": one.name,
        "x": one.rows["x"],
        "y": values,
        "mode": "lines+markers",
        "connectgaps": False,
        "opacity": one.strength,
        "line": {"color": one.colour, "width": 2},
        "marker": {"color": one.colour, "size": 6 if len(values) <= 70 else 4},
        "customdata": one.rows["custom"],
        "hovertemplate": one.hover,
    }


def _custom(timed: pd.DataFrame, rows: Columns, marks: Marks, split: str | None, metric: str) -> list[list[object]]:
    """What a click and the hover text need, then the bucket's name, whether it is unfinished, and its days."""
    points = charts.custom(timed, (split,) if split else (), marks, metric)
    unfinished = f" · {marks.words(UNFINISHED)}"
    notes = ["" if whole else unfinished for whole in rows["is_whole"]]
    named = zip(points, rows["bucket"], notes, rows["first"], rows["last"], strict=True)
    return [[*point, *more] for point, *more in named]


def _hover(timed: pd.DataFrame, marks: Marks, split: str | None, metric: str) -> str:
    clicked = 1 if split else 0
    last = 2 * clicked + len(charts.counted(timed, metric))
    when = f"%{{customdata[{last}]}}%{{customdata[{last + 1}]}}<br>"
    return when + charts.hover(timed, marks, metric, clicked, "y")


def faded(colour: str) -> str:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return f"rgba({red},{green},{blue},0.14)"
