"""Figures made of cells: cause × region, weekday × hour, calendar. Heatmaps fire no clicks, so marks lie over them."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard import charts, colours
from dashboard.charts import is_few
from dashboard.marks import Marks, is_rate, weekdays
from etl.catalogue import load_catalogue
from etl.catalogue.metrics import METRICS
from etl.words import Words

HOUR = Words(en="Hour of the day", zh="一天中的小时")
PALEST = 0.6
"""The palest colour stands for at most this part of the deepest, so that like rates look alike."""
OUTLYING = 0.02
"""The share of cases whose values may lie beyond the deepest colour: a tiny region shall not make all others pale."""
CELL = 30


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
    ramps: dict[str, colours.Ramp] = field(default_factory=dict)
    group: np.ndarray | None = None


@dataclass(frozen=True)
class Scale:
    """From the palest to the deepest colour. `is_capped` where some values lie beyond the deepest."""

    low: float
    high: float
    is_capped: bool = False

    def shade(self, values: pd.Series) -> np.ndarray:
        """Each value's place from 0 to 1; NaN stays NaN."""
        if self.high <= self.low:
            return np.where(values.notna(), 0.0, np.nan)
        return np.interp(values, [self.low, self.high], [0.0, 1.0])


def scale_of(frame: pd.DataFrame, metric: str) -> Scale:
    """Ends for a metric's colours. Values with few cases set none, nor do the highest that hold a fiftieth of all."""
    sure = frame[~is_few(frame, metric) & frame[metric].notna()].sort_values(metric, ascending=False)
    if sure.empty:
        return Scale(0.0, 0.0)
    over = METRICS[metric].denominator
    weights = sure[over] if over in sure else pd.Series(1, sure.index)
    high = float(sure[metric][weights.cumsum() >= OUTLYING * weights.sum()].iloc[0])
    low = min(float(sure[metric].min()), PALEST * high)
    return Scale(low, high, is_capped=bool(sure[metric].max() > high))


def cells_figure(cells: Cells, marks: Marks, height: int) -> go.Figure:
    """The cells as heatmaps, one per group of equal look, under invisible marks that can be clicked."""
    figure = charts.plain(height, hoverdistance=80)
    columns, rows = int(cells.x.max(initial=0)) + 1, int(cells.y.max(initial=0)) + 1
    for ramp, opacity, mask in _looks(cells, marks):
        if mask.any():
            figure.add_trace(_heatmap(cells, mask, ramp, opacity, (rows, columns)))
    figure.add_trace(_overlay(cells))
    figure.update_xaxes(range=[-0.5, columns - 0.5], showgrid=False, zeroline=False)
    figure.update_yaxes(range=[rows - 0.5, -0.5], showgrid=False, zeroline=False)
    return figure


def _looks(cells: Cells, marks: Marks) -> list[tuple[colours.Ramp, float, np.ndarray]]:
    looks = []
    for name, ramp in (cells.ramps or {"": colours.ramp(marks.is_dark)}).items():
        mine = np.full(len(cells.x), True) if cells.group is None else cells.group == name
        looks += [(ramp, 1.0, mine & cells.is_strong & ~cells.few), (ramp, 0.3, mine & ~cells.is_strong & ~cells.few)]
    grey = colours.grey(marks.is_dark)
    return [*looks, (grey, 1.0, cells.few & cells.is_strong), (grey, 0.4, cells.few & ~cells.is_strong)]


def _heatmap(cells: Cells, mask: np.ndarray, ramp: colours.Ramp, opacity: float, shape: tuple[int, int]) -> go.Heatmap:
    z, text = np.full(shape, np.nan), np.full(shape, "", dtype=object)
    where = (cells.y[mask], cells.x[mask])
    z[where], text[where] = cells.shade[mask], np.array(cells.text, dtype=object)[mask]
    return go.Heatmap(
        z=z,
        text=text,
        texttemplate="%{text}",
        colorscale=ramp,
        zmin=0,
        zmax=1,
        showscale=False,
        opacity=opacity,
        xgap=2,
        ygap=2,
        hoverinfo="skip",
        hoverongaps=False,
    )


def _overlay(cells: Cells) -> go.Scatter:
    return go.Scatter(
        x=cells.x,
        y=cells.y,
        mode="markers",
        marker={"symbol": "square", "size": CELL - 4, "color": charts.TRANSPARENT, "line": {"width": 0}},
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
        customdata=cells.clicks,
        hovertext=cells.hover,
        hovertemplate="%{hovertext}<extra></extra>",
    )


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
        lines.append(marks.words(charts.FEW, n=charts.MINIMUM_N))
    return "<br>".join(lines)


def matrix(frame: pd.DataFrame, marks: Marks, rows: str, columns: str, metric: str) -> go.Figure:
    """Cells of one metric; each column has its own scale and the colour of its layer, so that rare causes show."""
    across, down = _columns(frame, columns), _rows(frame, rows, metric)
    few = is_few(frame, metric)
    shade = pd.Series(np.nan, frame.index)
    for _, part in frame.groupby(columns):
        shade[part.index] = scale_of(part, metric).shade(part[metric])
    layers = frame[columns].map(lambda value: _layer(columns, value))
    cells = Cells(
        x=frame[columns].map(across.index).to_numpy(),
        y=frame[rows].map(down.index).to_numpy(),
        shade=shade.to_numpy(),
        text=["" if small else _short(value, metric) for value, small in zip(frame[metric], few, strict=True)],
        hover=said(frame, marks, [rows, columns], metric),
        clicks=[[str(a), str(b)] for a, b in zip(frame[rows], frame[columns], strict=True)],
        is_strong=_strong(frame, marks, (rows, columns)),
        few=few.to_numpy(),
        ramps={layer: colours.ramp(marks.is_dark, colours.LAYERS[layer]) for layer in colours.LAYERS},
        group=layers.to_numpy(),
    )
    figure = cells_figure(cells, marks, 21 * len(down) + 190)
    _label(figure.layout.xaxis, [marks.label(columns, value) for value in across])
    _label(figure.layout.yaxis, [marks.label(rows, value) for value in down])
    figure.update_xaxes(side="top", tickangle=-90 if len(across) > 6 else 0)
    return figure


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


def _label(axis: object, names: list[str]) -> None:
    axis.update(tickmode="array", tickvals=list(range(len(names))), ticktext=names)


def week_clock(frame: pd.DataFrame, marks: Marks, metric: str) -> go.Figure:
    """Weekday × hour: when in the week attempts are refused."""
    few, scale = is_few(frame, metric), scale_of(frame, metric)
    cells = Cells(
        x=frame["hour"].to_numpy(dtype=int),
        y=frame["weekday"].to_numpy(dtype=int) - 1,
        shade=scale.shade(frame[metric]),
        text=["" if small else _whole(value, metric) for value, small in zip(frame[metric], few, strict=True)],
        hover=said(frame, marks, ["weekday", "hour"], metric),
        clicks=[[str(a), str(b)] for a, b in zip(frame["weekday"], frame["hour"], strict=True)],
        is_strong=_strong(frame, marks, ("weekday", "hour")),
        few=few.to_numpy(),
    )
    figure = cells_figure(cells, marks, 7 * 32 + 120)
    hours = [f"{hour:02d}" if hour % 3 == 0 else "" for hour in range(24)]
    _label(figure.layout.xaxis, hours)
    _label(figure.layout.yaxis, weekdays(marks.language))
    figure.update_xaxes(title_text=marks.words(HOUR), title_standoff=6)
    return add_scale(figure, scale, marks, metric, below=0.16)


def calendar(frame: pd.DataFrame, marks: Marks, metric: str) -> go.Figure:
    """One cell per day: weeks to the right, Monday on top."""
    days = pd.to_datetime(frame["day"])
    mondays = days - pd.to_timedelta(days.dt.weekday, unit="D")
    few, scale = is_few(frame, metric), scale_of(frame, metric)
    weeks = sorted(mondays.unique())
    cells = Cells(
        x=mondays.map(weeks.index).to_numpy(),
        y=days.dt.weekday.to_numpy(),
        shade=scale.shade(frame[metric]),
        text=[""] * len(frame),
        hover=said(frame, marks, ["day"], metric),
        clicks=[[] for _ in range(len(frame))],
        is_strong=np.full(len(frame), True),
        few=few.to_numpy(),
    )
    figure = cells_figure(cells, marks, 7 * 20 + 110)
    first_of_month = [index for index, week in enumerate(weeks) if week.day <= 7]
    figure.update_xaxes(
        tickmode="array",
        tickvals=first_of_month,
        ticktext=[marks.label("month", weeks[index]) for index in first_of_month],
    )
    _label(figure.layout.yaxis, weekdays(marks.language))
    return add_scale(figure, scale, marks, metric, below=0.16)


def add_scale(figure: go.Figure, scale: Scale, marks: Marks, metric: str, below: float = 0.0) -> go.Figure:
    """The legend of the shades: a thin bar under the cells, so that it takes no width on a phone."""
    if scale.high <= scale.low:
        return figure
    ends = [_end(value, metric) for value in (scale.low, scale.high)]
    bar = {
        "orientation": "h",
        "thickness": 8,
        "len": 0.5,
        "x": 0,
        "xanchor": "left",
        "y": -below,
        "yanchor": "top",
        "ypad": 0,
        "outlinewidth": 0,
        "title": {"text": marks.axis(metric), "side": "top", "font": {"size": 11}},
        "tickmode": "array",
        "tickvals": [scale.low, scale.high],
        "ticktext": [ends[0], f"≥ {ends[1]}" if scale.is_capped else ends[1]],
    }
    shades = {"cmin": scale.low, "cmax": scale.high, "colorscale": colours.ramp(marks.is_dark)}
    marker = {"color": [scale.low], **shades, "showscale": True, "colorbar": bar}
    return figure.add_trace(go.Scatter(x=[None], y=[None], mode="markers", hoverinfo="skip", marker=marker))


def _end(value: float, metric: str) -> str:
    return f"{value:.1%}" if is_rate(metric) else f"{value:,.0f}"
