"""Figures made of cells: cause × region, weekday × hour, calendar. Heatmaps fire no clicks, so marks lie over them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from dashboard import charts, colours, shades
from dashboard.charts import Trace, is_few
from dashboard.marks import Marks, is_rate, weekdays
from dashboard.sketch import TRANSPARENT, Sketch, listed
from etl.catalogue import load_catalogue
from etl.words import Words

FEW = "·"
"""On a cell with few cases."""
HOUR = Words(en="Hour of the day", zh="一天中的小时")
IN_CELLS = "cells"
"""Marks the traces whose numbers stand in cells: the browser leaves them out where cells are too narrow to read."""
CELL = 30
DAYS = 7
FLAT_NAMES = 6
"""More columns than this have their names upright."""
FLAT_ROOM, NARROW, WIDE, FIRST_WIDE = 28, 6, 13, "\u2e80"
"""The pixels of a line of names, of a letter, and of a Chinese one, of which this is the first."""
WEAK = 0.3
"""The opacity of cells that a filter leaves out."""
FEWEST_WEEKS = 20
"""A calendar of fewer weeks leaves the rest of its width empty, so that days stay small."""


@dataclass(frozen=True)
class Cells:
    """Cells at whole places: `x` to the right and `y` downwards, `shade` from 0 to 1, NaN where nothing is drawn."""

    x: np.ndarray
    y: np.ndarray
    shade: np.ndarray
    text: list[str]
    hover: list[str]
    clicks: list[list[str]]
    is_strong: np.ndarray
    few: np.ndarray
    """Cells that are grey; those that have a number all the same are `uncertain`."""
    uncertain: np.ndarray
    ramps: dict[str, colours.Ramp] = field(default_factory=dict)
    group: np.ndarray | None = None


def drawn(cells: Cells, marks: Marks, height: int) -> Sketch:
    """The cells as heatmaps, one per group of equal look, under invisible marks that can be clicked."""
    sketch = Sketch(height)
    columns, rows = int(cells.x.max(initial=0)) + 1, int(cells.y.max(initial=0)) + 1
    sketch.add(*(_heatmap(cells, look, (rows, columns)) for look in _looks(cells, marks) if look.mask.any()))
    sketch.add(_overlay(cells))
    _outline(sketch, cells, cells.uncertain & cells.is_strong)
    axis = {"showgrid": False, "zeroline": False}
    sketch.set(xaxis={**axis, "range": [-0.5, columns - 0.5]}, yaxis={**axis, "range": [rows - 0.5, -0.5]})
    sketch.set(hoverdistance=80)
    return sketch


@dataclass(frozen=True)
class _Look:
    """Cells that are drawn alike."""

    ramp: colours.Ramp
    opacity: float
    ink: str
    mask: np.ndarray


def _looks(cells: Cells, marks: Marks) -> Iterator[_Look]:
    for name, ramp in (cells.ramps or {"": colours.ramp(marks.is_dark)}).items():
        mine = (np.full(len(cells.x), True) if cells.group is None else cells.group == name) & ~cells.few
        pale, deep = str(ramp[0][1]), str(ramp[-1][1])
        is_deep = np.nan_to_num(cells.shade) >= colours.turn(ramp)
        yield _Look(ramp, 1.0, colours.ink(pale), mine & cells.is_strong & ~is_deep)
        yield _Look(ramp, 1.0, colours.ink(deep), mine & cells.is_strong & is_deep)
        yield _Look(ramp, WEAK, colours.ink(pale), mine & ~cells.is_strong)
    grey = colours.grey(marks.is_dark)
    yield _Look(grey, 1.0, colours.ink(str(grey[0][1])), cells.few & cells.is_strong)
    yield _Look(grey, WEAK, colours.ink(str(grey[0][1])), cells.few & ~cells.is_strong)


def _heatmap(cells: Cells, look: _Look, shape: tuple[int, int]) -> Trace:
    z, text = np.full(shape, np.nan), np.full(shape, "", dtype=object)
    where = (cells.y[look.mask], cells.x[look.mask])
    z[where], text[where] = cells.shade[look.mask], np.array(cells.text, dtype=object)[look.mask]
    return {
        "type": "heatmap",
        "meta": IN_CELLS,
        "z": z,
        "text": text,
        "texttemplate": "%{text}",
        "textfont": {"color": look.ink},
        "colorscale": look.ramp,
        "opacity": look.opacity,
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
        "xgap": 2,
        "ygap": 2,
        "hoverinfo": "skip",
        "hoverongaps": False,
    }


def _outline(sketch: Sketch, cells: Cells, where: np.ndarray) -> None:
    """A dotted frame around cells that stand on few cases, so that none looks like the lowest."""
    corners = [(x - 0.42, y - 0.42, x + 0.42, y + 0.42) for x, y in zip(cells.x[where], cells.y[where], strict=True)]
    path = " ".join(f"M {x0},{y0} H {x1} V {y1} H {x0} Z" for x0, y0, x1, y1 in corners)
    if path:
        sketch.shape(type="path", path=path, line={"color": colours.MUTED, "width": 1.5, "dash": "dot"})


def _overlay(cells: Cells) -> Trace:
    return {
        "type": "scatter",
        "x": cells.x,
        "y": cells.y,
        "mode": "markers",
        "marker": {"symbol": "square", "size": CELL - 4, "color": TRANSPARENT, "line": {"width": 0}},
        "selected": {"marker": {"opacity": 0}},
        "unselected": {"marker": {"opacity": 0}},
        "customdata": cells.clicks,
        "hovertext": cells.hover,
        "hovertemplate": "%{hovertext}<extra></extra>",
    }


def said(frame: pd.DataFrame, marks: Marks, names: list[str], metric: str) -> list[str]:
    """What each cell says under the pointer: its names, the metric, both counts, the interval if it is there."""
    few = is_few(frame, metric)
    rows = frame.to_dict("records")
    return [
        _said(row, marks, [marks.label(name, row[name]) for name in names], metric, small)
        for row, small in zip(rows, few, strict=True)
    ]


def _said(row: dict[str, object], marks: Marks, names: list[str], metric: str, few: bool) -> str:
    lines = [f"<b>{' · '.join(names)}</b>", *charts.spoken(row, marks, metric)]
    if few:
        lines.append(marks.few(metric))
    return "<br>".join(lines)


def matrix(frame: pd.DataFrame, marks: Marks, rows: str, columns: str, metric: str) -> Sketch:
    """Cells of one metric; each column has its own scale and the colour of its layer, so that rare causes show."""
    across, down = _columns(frame, columns), _rows(frame, rows, metric)
    few = is_few(frame, metric)
    shade = pd.Series(np.nan, frame.index)
    for _, part in frame.groupby(columns):
        shade[part.index] = shades.scale_of(part, metric).shade(part[metric])
    layers = frame[columns].map(lambda value: _layer(columns, value))
    cells = Cells(
        x=frame[columns].map(across.index).to_numpy(),
        y=frame[rows].map(down.index).to_numpy(),
        shade=shade.to_numpy(),
        text=[FEW if small else _short(value, metric) for value, small in zip(frame[metric], few, strict=True)],
        hover=said(frame, marks, [rows, columns], metric),
        clicks=[[str(a), str(b)] for a, b in zip(frame[rows], frame[columns], strict=True)],
        is_strong=_strong(frame, marks, (rows, columns)),
        few=few.to_numpy(),
        uncertain=(few & frame[metric].notna()).to_numpy(),
        ramps={layer: colours.ramp(marks.is_dark, colours.LAYERS[layer]) for layer in colours.LAYERS},
        group=layers.to_numpy(),
    )
    names = [marks.label(columns, value) for value in across]
    sketch = drawn(cells, marks, 21 * len(down) + room_for(names) + 40)
    sketch.set(xaxis={**listed(names), "side": "top", "tickangle": -90 if len(across) > FLAT_NAMES else 0})
    sketch.set(yaxis=listed([marks.label(rows, value) for value in down]))
    return sketch


def room_for(names: list[str]) -> int:
    """The pixels above a matrix for the names of its columns: upright where there are many."""
    if len(names) <= FLAT_NAMES:
        return FLAT_ROOM
    return FLAT_ROOM + max(sum(WIDE if letter >= FIRST_WIDE else NARROW for letter in name) for name in names)


def _strong(frame: pd.DataFrame, marks: Marks, names: tuple[str, ...]) -> np.ndarray:
    return np.array(
        [
            all(marks.is_chosen(name, str(value)) for name, value in zip(names, values, strict=True))
            for values in frame[list(names)].itertuples(index=False)
        ],
        dtype=bool,
    )


def _layer(dimension: str, value: str) -> str:
    catalogue = load_catalogue()
    if dimension == "layer":
        return value if value in colours.LAYERS else "unknown"
    cause = catalogue.causes.get(value)
    return cause.layer if cause else "unknown"


def _columns(frame: pd.DataFrame, dimension: str) -> list[str]:
    """In the catalogue's order, which keeps the causes of a layer together."""
    catalogue = load_catalogue()
    order = list({"cause": catalogue.causes, "layer": catalogue.layers}.get(dimension, {}))
    return sorted(frame[dimension].unique(), key=lambda value: (order.index(value) if value in order else 99, value))


def _rows(frame: pd.DataFrame, dimension: str, metric: str) -> list[str]:
    """The row with the largest sum of cases on top: where most people are refused."""
    numerator = frame.columns[frame.columns.get_loc(dimension) + 1 :]
    counted = "refusals" if "refusals" in numerator else metric
    return list(frame.groupby(dimension)[counted].sum().sort_values(ascending=False).index)


def _short(value: float, metric: str) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.1%}".removesuffix("%") if is_rate(metric) else f"{value:,.0f}"


def _whole(value: float, metric: str) -> str:
    if pd.isna(value):
        return ""
    return f"{value:.0%}".removesuffix("%") if is_rate(metric) else f"{value:,.0f}"


def week_clock(frame: pd.DataFrame, marks: Marks, metric: str) -> Sketch:
    """Weekday × hour: when in the week attempts are refused."""
    few, scale = is_few(frame, metric), shades.scale_of(frame, metric)
    cells = Cells(
        x=frame["hour"].to_numpy(dtype=int),
        y=frame["weekday"].to_numpy(dtype=int) - 1,
        shade=scale.shade(frame[metric]),
        text=[FEW if small else _whole(value, metric) for value, small in zip(frame[metric], few, strict=True)],
        hover=said(frame, marks, ["weekday", "hour"], metric),
        clicks=[[str(a), str(b)] for a, b in zip(frame["weekday"], frame["hour"], strict=True)],
        is_strong=_strong(frame, marks, ("weekday", "hour")),
        few=few.to_numpy(),
        uncertain=(few & frame[metric].notna()).to_numpy(),
    )
    sketch = drawn(cells, marks, 7 * 32 + 130)
    hours = [f"{hour:02d}" if hour % 3 == 0 else "" for hour in range(24)]
    sketch.set(xaxis={**listed(hours), "title": {"text": marks.words(HOUR), "standoff": 6}})
    sketch.set(yaxis=listed(weekdays(marks.language)))
    shades.add_scale(sketch, scale, marks, metric, below=0.22)
    return sketch


def calendar(frame: pd.DataFrame, marks: Marks, metric: str) -> Sketch:
    """One cell per day: weeks to the right, Monday on top."""
    days = pd.to_datetime(frame["day"])
    mondays = days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    few, scale = is_few(frame, metric), shades.scale_of(frame, metric)
    weeks = pd.date_range(mondays.min(), mondays.max(), freq="7D")
    cells = Cells(
        x=((mondays - mondays.min()).dt.days // DAYS).to_numpy(),
        y=days.dt.day_of_week.to_numpy(),
        shade=scale.shade(frame[metric]),
        text=[""] * len(frame),
        hover=said(frame, marks, ["day"], metric),
        clicks=[[day, day] for day in days.dt.strftime("%Y-%m-%d")],
        is_strong=np.full(len(frame), True),
        few=few.to_numpy(),
        uncertain=(few & frame[metric].notna()).to_numpy(),
    )
    sketch = drawn(cells, marks, 7 * 20 + 120)
    firsts = [place for place, week in enumerate(weeks) if week.day <= DAYS]
    months = {"tickvals": firsts, "ticktext": [marks.label("month", weeks[place]) for place in firsts]}
    sketch.set(xaxis={"tickmode": "array", **months, "range": [-0.5, max(len(weeks), FEWEST_WEEKS) - 0.5]})
    sketch.set(yaxis=listed(weekdays(marks.language)))
    shades.add_scale(sketch, scale, marks, metric, below=0.3)
    return sketch
