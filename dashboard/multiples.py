"""Small multiples: a panel for each of the largest values and one for all others, side by side on one scale."""

from dataclasses import replace
from typing import Any

import pandas as pd

from dashboard import axes, charts, colours
from dashboard.buckets import grain_of, placed
from dashboard.charts import ALL_OTHERS, OTHERS
from dashboard.marks import Marks, tick_format
from dashboard.sketch import Sketch
from dashboard.trends import Series, faded, line, series_of

MOST = 8
"""Panels of their own; with the one of all others they fill three rows."""
COLUMNS = 3
PANEL, TITLE, BELOW = 104, 26, 62
"""Heights: of a panel, of the title above it, and of what stands below the last row."""
GUTTER = 0.035
"""Between two panels, as a part of the width."""
MOST_LATIN, MOST_CHINESE = 15, 7
"""Letters of a title's line."""


def largest(frame: pd.DataFrame, split: str, metric: str) -> tuple[str, ...]:
    """The values with panels of their own, the largest first; all of them where only one would be left over."""
    sums = frame[[split, metric]].groupby(split, as_index=False).sum()
    most = len(sums) if len(sums) <= MOST + 1 else MOST
    return charts.top_values(sums, split, metric, most)


def multiples(frame: pd.DataFrame, marks: Marks, split: str, metric: str, others: pd.DataFrame | None) -> Sketch:
    """A line per value over time, unfinished ends dashed. `others`: the rows of all but the largest together."""
    names = largest(frame, split, metric)
    parts = [frame[frame[split].isin(names)], *([] if others is None else [others.assign(**{split: OTHERS})])]
    timed = placed(pd.concat(parts, ignore_index=True), marks)
    order = {name: place for place, name in enumerate((*names, OTHERS))}
    series = sorted(series_of(timed, marks, split, metric), key=lambda one: order[one.value])
    rest = frame[split].nunique() - len(names)
    series = [_named(one, marks, rest) for one in series]
    return _grid(series, timed, marks, metric)


def _named(one: Series, marks: Marks, rest: int) -> Series:
    """All others by how many they are, in their own colour."""
    if one.value != OTHERS:
        return one
    return replace(one, name=marks.words(ALL_OTHERS, n=rest), colour=colours.OTHERS)


def _grid(series: list[Series], timed: pd.DataFrame, marks: Marks, metric: str) -> Sketch:
    rows = -(-len(series) // COLUMNS)
    sketch = Sketch((PANEL + TITLE) * rows + BELOW)
    time = axes.time_axis(timed, grain_of(timed), marks)
    top = max((value for one in series for value in one.rows[metric] if not pd.isna(value)), default=0) or 1
    for place, one in enumerate(series):
        _panel(sketch, place, len(series), one, metric, time, top * 1.06)
    return sketch


def _panel(sketch: Sketch, place: int, panels: int, one: Series, metric: str, time: dict[str, Any], top: float) -> None:
    row, column, number = place // COLUMNS, place % COLUMNS, str(place + 1) if place else ""
    rows = -(-panels // COLUMNS)
    width = (1 - GUTTER * (COLUMNS - 1)) / COLUMNS
    left = column * (width + GUTTER)
    high = 1 - row / rows - TITLE / ((PANEL + TITLE) * rows)
    domain = [high - PANEL / ((PANEL + TITLE) * rows), high]
    is_lowest = place + COLUMNS >= panels
    across = {**time, "title": {"text": ""}, "domain": [left, left + width], "anchor": f"y{number}", "fixedrange": True}
    sketch.set(**{f"xaxis{number}": across | _ticks(time, is_lowest, column == COLUMNS - 1)})
    upright = {"domain": domain, "range": [0, top], "anchor": f"x{number}", "nticks": 3, "fixedrange": True}
    labels = {"tickformat": tick_format(metric), "showticklabels": column == 0, "automargin": column == 0}
    sketch.set(**{f"yaxis{number}": upright | labels})
    title = {"x": left, "xref": "paper", "xanchor": "left", "y": high, "yref": "paper", "yanchor": "bottom"}
    sketch.note(**title, text=f"<b>{_two_lines(one.name)}</b>", align="left", font={"size": 10.5})
    lines = line(one, metric)
    lines[-1] |= {"fill": "tozeroy", "fillcolor": faded(one.colour)}
    sketch.add(*({**drawn, "xaxis": f"x{number}", "yaxis": f"y{number}"} for drawn in lines))


def _two_lines(name: str) -> str:
    """As narrow as a panel on a phone; Chinese breaks anywhere."""
    if name.isascii() or len(name) <= MOST_CHINESE:
        return charts.wrapped(name, MOST_LATIN)
    middle = -(-len(name) // 2)
    return f"{name[:middle]}<br>{name[middle:]}"


def _ticks(time: dict[str, Any], is_lowest: bool, is_last: bool) -> dict[str, object]:
    """Under the lowest panel of each column the axis' first name, and its last one under the last column."""
    ticks = {"showticklabels": is_lowest, "automargin": is_lowest}
    if "tickvals" not in time:
        return {**ticks, "nticks": 2}
    shown = slice(None, None, max(len(time["tickvals"]) - 1, 1)) if is_last else slice(1)
    return {**ticks, "tickvals": time["tickvals"][shown], "ticktext": time["ticktext"][shown]}
