"""The tile grid: one equal cell per region where the country's map has it; what has no place stands in a row below."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard import charts, colours, grids, occasions, shades
from dashboard.formats import NOTHING
from dashboard.marks import Marks
from dashboard.sketch import Sketch
from etl.catalogue import Region, load_catalogue
from etl.words import Language, Words

NONE_HERE = Words(en="no attempts", zh="无借款尝试")
FIGURE_SPACE = "\u2007"
"""As wide as a digit: a tile without a number asks for as much width, so that Plotly writes it in the same size."""
TILE_HEIGHT = 50
BESIDE_WIDTH = 4
"""Columns for a tile below the grid with its name beside it."""
MOST_BESIDE = 12
"""More regions than this without a place on the grid, and bars are drawn instead."""


@dataclass(frozen=True)
class Place:
    region: str
    row: int
    column: int


def _has_place(region: str) -> bool:
    known = load_catalogue().regions.get(region)
    return known is not None and has_tile(known)


def country_of(frame: pd.DataFrame) -> str | None:
    """The country of most regions in the frame, if it has a tile grid."""
    regions = load_catalogue().regions
    countries = [regions[value].country for value in frame["region"] if value in regions and has_tile(regions[value])]
    return max(sorted(set(countries)), key=countries.count) if countries else None


def has_tile(region: Region) -> bool:
    return region.tile_row is not None and region.tile_col is not None


def places(frame: pd.DataFrame) -> list[Place]:
    """Where each region goes: the country's grid, whether seen or not, and all other values in rows below it."""
    country = country_of(frame)
    if country is None:
        return []
    grid = [region for region in load_catalogue().regions_of(country) if has_tile(region)]
    placed = [Place(region.id, int(region.tile_row or 0), int(region.tile_col or 0)) for region in grid]
    width, below = max(place.column for place in placed) + 1, max(place.row for place in placed) + 1
    beside = sorted(set(frame["region"]) - {place.region for place in placed})
    if len(beside) > MOST_BESIDE:
        return []
    per_row = max(width // BESIDE_WIDTH, 1)
    return [
        *placed,
        *(Place(value, below + at // per_row, at % per_row * BESIDE_WIDTH) for at, value in enumerate(beside)),
    ]


def tile_map(frame: pd.DataFrame, marks: Marks, metric: str) -> Sketch:
    """Tiles where the catalogue knows a grid for these regions, sorted bars where it does not."""
    where = places(frame)
    if not where:
        return charts.bars(frame, marks, "region", metric)
    grid = pd.DataFrame([(place.region, place.row, place.column) for place in where], columns=["region", "row", "col"])
    tiles = grid.merge(frame, on="region", how="left")
    scale = _scale_of(tiles, metric)
    cells = _cells(tiles, scale, marks, metric)
    sketch = grids.drawn(cells, marks, TILE_HEIGHT * (int(tiles["row"].max()) + 1) + 60)
    sketch.set(xaxis={"visible": False}, yaxis={"visible": False})
    _name_beside(sketch, tiles, marks)
    _outline_chosen(sketch, tiles, marks)
    shades.add_scale(sketch, scale, marks, metric)
    return sketch


def _scale_of(tiles: pd.DataFrame, metric: str) -> shades.Scale:
    """The ends are set by places; what has none (`unknown`) is coloured on their scale."""
    on_grid = tiles[tiles["region"].map(_has_place)]
    return shades.scale_of(on_grid if on_grid[metric].notna().any() else tiles, metric)


def _name_beside(sketch: Sketch, tiles: pd.DataFrame, marks: Marks) -> None:
    for region, row, column in _where(tiles):
        if not _has_place(region):
            name = marks.label("region", region)
            sketch.note(x=column + 0.6, y=row, text=name, xanchor="left", font={"size": 11})


def _where(tiles: pd.DataFrame) -> Iterator[tuple[str, int, int]]:
    """Each region with its row and its column."""
    return zip(*(tiles[name].tolist() for name in ("region", "row", "col")), strict=True)


def _cells(tiles: pd.DataFrame, scale: shades.Scale, marks: Marks, metric: str) -> grids.Cells:
    seen = tiles[metric].notna()
    few = charts.is_few(tiles, metric) & seen
    return grids.Cells(
        x=tiles["col"].to_numpy(),
        y=tiles["row"].to_numpy(),
        shade=np.nan_to_num(scale.shade(tiles[metric]), nan=0.0),
        text=[
            _text(region, scale.text(value, metric), marks, small)
            for region, value, small in zip(tiles["region"], tiles[metric], few, strict=True)
        ],
        hover=_hover(tiles, marks, metric, seen),
        clicks=[[value] if there else [] for value, there in zip(tiles["region"], seen, strict=True)],
        is_strong=np.array([there and _lit(marks, value) for value, there in zip(tiles["region"], seen, strict=True)]),
        few=(few | ~seen).to_numpy(),
        uncertain=few.to_numpy(),
    )


def _lit(marks: Marks, region: str) -> bool:
    return occasions.passes(region, marks)


def _hover(tiles: pd.DataFrame, marks: Marks, metric: str, seen: pd.Series) -> list[str]:
    said = grids.said(tiles, marks, ["region"], metric)
    nothing = marks.words(NONE_HERE)
    return [
        text if there else f"<b>{marks.label('region', region)}</b><br>{nothing}"
        for text, region, there in zip(said, tiles["region"], seen, strict=True)
    ]


def _text(region: str, number: str, marks: Marks, is_few: bool = False) -> str:
    if is_few:
        number = f"{number} ·"
    lines = [short_name(region, marks)] if _has_place(region) else []
    return "<br>".join([*lines, NOTHING.center(5, FIGURE_SPACE) if number == NOTHING else number])


def short_name(region: str, marks: Marks) -> str:
    """What fits on a tile: Chinese short names in Chinese, else the code behind the country."""
    known = load_catalogue().regions.get(region)
    if known is None:
        return marks.label("region", region)
    is_chinese = marks.language is Language.ZH and known.country == "CN"
    return known.short.zh if is_chinese else region.partition("-")[2]


def _outline_chosen(sketch: Sketch, tiles: pd.DataFrame, marks: Marks) -> None:
    """A frame around each region that a filter names."""
    if "region" not in marks.filtered:
        return
    for region, row, column in _where(tiles):
        if _lit(marks, region):
            edge = {"color": colours.outline(marks.is_dark), "width": 2}
            left, top = column - 0.48, row - 0.48
            sketch.shape(type="rect", x0=left, x1=left + 0.96, y0=top, y1=top + 0.96, line=edge)
