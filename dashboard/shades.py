"""How values become shades of one colour: the ends of the scale, and the thin bar that explains it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard import colours
from dashboard.charts import is_few
from dashboard.formats import NOTHING
from dashboard.marks import Marks, is_rate
from dashboard.sketch import Sketch
from etl.catalogue.metrics import METRICS

PALEST = 0.6
"""The palest colour stands for at most this part of the deepest, so that like rates look alike."""
SMALL = 0.01
OUTLYING = 0.02
"""The share of cases whose values may lie beyond the deepest colour: a tiny region shall not make all others pale."""


@dataclass(frozen=True)
class Scale:
    """From the palest to the deepest colour. `is_capped` where some values lie beyond the deepest."""

    low: float
    high: float
    is_capped: bool = False

    def text(self, value: float, metric: str) -> str:
        """A value as it stands on a cell: with another digit where all are below one percent."""
        if pd.isna(value):
            return NOTHING
        digits = 2 if self.high < SMALL else 1
        return f"{value:.{digits}%}" if is_rate(metric) else f"{value:,.0f}"

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


def add_scale(sketch: Sketch, scale: Scale, marks: Marks, metric: str, below: float = 0.0) -> None:
    """The legend of the shades: a thin bar under the cells, so that it takes no width on a phone."""
    if scale.high <= scale.low:
        return
    ends = [scale.text(value, metric) for value in (scale.low, scale.high)]
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
    sketch.add({"type": "scatter", "x": [None], "y": [None], "mode": "markers", "hoverinfo": "skip", "marker": marker})
