"""The map of the lender's own in the place of the tile grid: an area per region in the shade of its rate."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dashboard import charts, colours, grids, occasions, shades
from dashboard.answers import Card, Figure
from dashboard.charts import FAINT, Trace
from dashboard.marks import Marks
from dashboard.screen import Screen
from dashboard.sketch import Sketch
from dashboard.tiles import NONE_HERE
from etl.home import Home
from etl.outlines import Outlines, UnusableMap, read_outlines
from etl.snapshot import Snapshot
from etl.words import Words

NOT_USED = Words(en="Tiles are drawn instead of your map: {why}.", zh="未采用自备地图，改用方格图：{why}。")
FURTHER = Words(en="{name}: {rate}", zh="{name}：{rate}")
MOST_BESIDE = 8
"""Regions that the map has no area for, named below it; the ranking has all of them."""
WIDE, TALLEST, LOWEST = 470, 560, 220
"""About the pixels of a card's width, and the bounds of a map's height."""
BESIDE = 22
"""The height of a line below the map."""


def with_own_map(card: Card, screen: Screen, metric: str) -> Card:
    """The card with the map in the home, if there is one that can be drawn."""
    own = own_map(screen.snapshot)
    return replace(card, figure=drawn_on(own, metric)) if isinstance(own, Outlines) else card


def complaint(screen: Screen) -> str | None:
    """Why the map in the home is not drawn."""
    own = own_map(screen.snapshot)
    if not isinstance(own, UnusableMap):
        return None
    return screen.words(NOT_USED, why=own.words(screen.language, **own.values))


def own_map(snapshot: Snapshot) -> Outlines | UnusableMap | None:
    """Of the home that the snapshot lies in; read again when the file changes."""
    path = Home(snapshot.path.parent.parent).outlines
    try:
        stamp = path.stat()
    except OSError:
        return None
    return _read(path, stamp.st_mtime_ns, stamp.st_size, tuple(snapshot.values("region")))


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int, seen: tuple[str, ...]) -> Outlines | UnusableMap:
    try:
        return read_outlines(path, seen)
    except UnusableMap as problem:
        return problem


@lru_cache(maxsize=4)
def drawn_on(outlines: Outlines, metric: str) -> Figure:
    return lambda frame, screen, marks: region_map(frame, marks, metric, outlines)


def region_map(frame: pd.DataFrame, marks: Marks, metric: str, outlines: Outlines) -> Sketch:
    """Areas in the shades of the tile grid, the large ones first, so that those within them lie on top."""
    scale = shades.scale_of(frame, metric)
    height = int(np.clip(WIDE * outlines.height / outlines.width, LOWEST, TALLEST))
    sketch = Sketch(height + 70)
    rows = {str(row["region"]): row for row in _spoken(frame, marks, metric, scale)}
    for region in sorted(outlines.rings, key=lambda region: -_area(outlines.rings[region])):
        sketch.add(_shape(region, outlines, rows.get(region), marks))
    beside = [row for region, row in rows.items() if region not in outlines.rings][:MOST_BESIDE]
    if beside:
        sketch.height += BESIDE * len(beside)
        sketch.add(_beside(beside, outlines, marks, height))
    lowest = -outlines.height * BESIDE * (len(beside) + 0.5) / height if beside else 0
    axis = {"visible": False, "fixedrange": True}
    sketch.set(xaxis={**axis, "range": [-4, outlines.width + 4], "constrain": "domain"})
    sketch.set(yaxis={**axis, "range": [lowest - 4, outlines.height + 4], "scaleanchor": "x", "constrain": "domain"})
    shades.add_scale(sketch, scale, marks, metric)
    return sketch


def _spoken(frame: pd.DataFrame, marks: Marks, metric: str, scale: shades.Scale) -> Iterator[dict[str, Any]]:
    """Each region's row with its shade, what it says and whether it stands on few cases."""
    told = frame.assign(
        shade=scale.shade(frame[metric]),
        text=[scale.text(value, metric) for value in frame[metric]],
        said=grids.said(frame, marks, ["region"], metric),
        few=charts.is_few(frame, metric),
    )
    yield from ({str(name): value for name, value in row.items()} for row in told.to_dict("records"))


def _area(rings: tuple[np.ndarray, ...]) -> float:
    """Twice that of the largest ring, by the shoelace formula."""
    doubled = ((ring[:, 0] * np.roll(ring[:, 1], -1) - ring[:, 1] * np.roll(ring[:, 0], -1)).sum() for ring in rings)
    return max(float(abs(area)) for area in doubled)


def _shape(region: str, outlines: Outlines, row: Mapping[str, Any] | None, marks: Marks) -> Trace:
    x, y = _path(outlines.rings[region])
    is_lit = occasions.passes(region, marks)
    is_named = "region" in marks.filtered and is_lit
    edge = colours.outline(marks.is_dark) if is_named else colours.ground(marks.is_dark)
    said = f"<b>{marks.label('region', region)}</b><br>{marks.words(NONE_HERE)}"
    return {
        "type": "scatter",
        "mode": "lines",
        "x": x,
        "y": y,
        "fill": "toself",
        "fillcolor": _fill(row, marks),
        "opacity": 1.0 if is_lit else FAINT,
        "line": {"width": 2 if is_named else 0.8, "color": edge},
        "hoveron": "fills",
        "hoverinfo": "text",
        "text": said if row is None else row["said"],
        "name": "",
        "meta": [region] if row is not None else None,
        "showlegend": False,
    }


def _path(rings: tuple[np.ndarray, ...]) -> tuple[list[int | None], list[int | None]]:
    """All rings one after the other, each closed, with gaps between."""
    x: list[int | None] = []
    y: list[int | None] = []
    for ring in rings:
        x += [*ring[:, 0].tolist(), int(ring[0, 0]), None]
        y += [*ring[:, 1].tolist(), int(ring[0, 1]), None]
    return x[:-1], y[:-1]


def _fill(row: Mapping[str, Any] | None, marks: Marks) -> str:
    if row is None or row["few"] or pd.isna(row["shade"]):
        return str(colours.grey(marks.is_dark)[0][1])
    ramp = colours.ramp(marks.is_dark)
    return colours.mixed(str(ramp[0][1]), str(ramp[-1][1]), float(row["shade"]))


def _beside(rows: list[dict[str, Any]], outlines: Outlines, marks: Marks, height: int) -> Trace:
    """What has no area, such as `unknown`, as squares with names below the map."""
    line = outlines.height * BESIDE / height
    texts = [marks.words(FURTHER, name=marks.label("region", row["region"]), rate=row["text"]) for row in rows]
    return {
        "type": "scatter",
        "mode": "markers+text",
        "x": [8] * len(rows),
        "y": [-line * (place + 1) for place in range(len(rows))],
        "marker": {"symbol": "square", "size": 13, "color": [_fill(row, marks) for row in rows], "line": {"width": 0}},
        "text": [f"  {text}" for text in texts],
        "textposition": "middle right",
        "customdata": [[str(row["region"])] for row in rows],
        "hovertext": [row["said"] for row in rows],
        "hovertemplate": "%{hovertext}<extra></extra>",
        "cliponaxis": False,
        "showlegend": False,
    }
