"""A figure as plain dicts. Plotly's own objects check every property, which costs more than all the rest of a click."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
import pandas as pd
import plotly.graph_objects as go

ISO = "%Y-%m-%dT%H:%M:%S"
TRANSPARENT = "rgba(0,0,0,0)"
LEGEND_ON_TOP = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "traceorder": "normal"}


def _plain() -> dict[str, Any]:
    """On no ground of its own, so that it suits light and dark pages; nothing can be dragged away.

    Plotly lets an axis' title overlap its numbers rather than leave less than `minreducedheight` to the marks.
    """
    return {
        "margin": {"l": 8, "r": 12, "t": 8, "b": 8},
        "minreducedheight": 16,
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "hovermode": "closest",
        "hoverlabel": {"align": "left"},
        "bargap": 0.28,
        "showlegend": False,
        "dragmode": False,
        "xaxis": {"automargin": True, "fixedrange": True},
        "yaxis": {"automargin": True, "fixedrange": True},
        "shapes": [],
        "annotations": [],
    }


@dataclass
class Sketch:
    """Traces and a layout, as Plotly's script in the browser takes them."""

    height: int
    data: list[dict[str, Any]] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=_plain)

    def add(self, *traces: dict[str, Any]) -> None:
        self.data.extend(traces)

    def set(self, **properties: Any) -> None:
        """Of the layout; a dict is laid over the one that is there."""
        for name, value in properties.items():
            known = self.layout.get(name)
            self.layout[name] = {**known, **value} if isinstance(known, dict) and isinstance(value, dict) else value

    def note(self, **annotation: Any) -> None:
        self.layout["annotations"].append({"showarrow": False, **annotation})

    def shape(self, **shape: Any) -> None:
        self.layout["shapes"].append(shape)

    @property
    def whole(self) -> dict[str, Any]:
        return {"data": self.data, "layout": {"height": self.height, **self.layout}}

    def json(self) -> bytes:
        return orjson.dumps(self.whole, default=_listed, option=orjson.OPT_SERIALIZE_NUMPY)

    def figure(self) -> go.Figure:
        """As Plotly's own object, which refuses what no figure has."""
        return go.Figure(self.whole)


def _listed(value: object) -> object:
    """What JSON has no form for: columns, and moments of pandas."""
    if isinstance(value, pd.Series | pd.Index):
        return value.dt.strftime(ISO).tolist() if pd.api.types.is_datetime64_any_dtype(value) else value.tolist()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in JSON")


def listed(names: list[str]) -> dict[str, Any]:
    """An axis of names at whole places."""
    return {"tickmode": "array", "tickvals": list(range(len(names))), "ticktext": names}
