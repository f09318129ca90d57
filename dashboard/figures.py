"""From a card's frame and the screen to a figure: which chart, which columns. The charts themselves are pure."""

from dataclasses import replace
from functools import cache

import pandas as pd

from dashboard import charts, grids, occasions, reference, tiles, trends
from dashboard.answers import Figure
from dashboard.buckets import grain_of
from dashboard.marks import Marks
from dashboard.screen import Screen
from dashboard.sketch import Sketch
from dashboard.trends import Shape
from etl.query import Selection


@cache
def over_time(metric: str, split: str | None = None, shape: Shape = Shape.STACKED) -> Figure:
    """A trend in the screen's time steps, unfinished ends hatched or dashed, events drawn."""

    def figure(frame: pd.DataFrame, screen: Screen, marks: Marks) -> Sketch:
        drawn = trends.trend(frame, marks, split, metric, shape if marks.adds_up else lines_for(shape))
        grain = grain_of(frame)
        found = occasions.occasions(reference.occasions(screen.snapshot), marks, grain)
        if grain == "year":
            return occasions.draw_on_years(drawn, found, marks, sorted({day.year for day in frame["year"]}))
        return occasions.draw_on(drawn, found, marks)

    return figure


def lines_for(shape: Shape) -> Shape:
    """What is drawn where parts do not add up and a stack would lie."""
    return Shape.LINES if shape is Shape.STACKED else shape


def ranked(dimension: str, metric: str, top: int | None = None) -> Figure:
    """Bars; beyond `top` one bar for all others, asked for as such, so that it is right under any attribution."""

    def figure(frame: pd.DataFrame, screen: Screen, marks: Marks) -> Sketch:
        if top is None or not charts.is_cut(frame, top):
            return charts.bars(frame, marks, dimension, metric)
        shown = charts.top_values(frame, dimension, metric, top)
        return charts.bars(
            frame, marks, dimension, metric, top=top, others=all_others(screen, dimension, metric, shown)
        )

    return figure


def all_others(screen: Screen, dimension: str, metric: str, shown: tuple[str, ...]) -> pd.DataFrame:
    """One row: the metric of everything but the values shown."""
    asked = screen.question((metric,), without=(dimension,))
    return screen.ask(replace(asked, where={**asked.where, dimension: Selection(shown, is_except=True)}))


def tiled(metric: str) -> Figure:
    return lambda frame, screen, marks: tiles.tile_map(frame, marks, metric)


def ranking(dimension: str, metric: str) -> Figure:
    """Bars with intervals beside the value of everything together."""

    def figure(frame: pd.DataFrame, screen: Screen, marks: Marks) -> Sketch:
        whole = screen.ask(screen.question((metric,), without=(dimension,)))[metric].iloc[0]
        return charts.bars(frame, marks, dimension, metric, whole=None if pd.isna(whole) else whole)

    return figure


def crossed(rows: str, columns: str, metric: str) -> Figure:
    return lambda frame, screen, marks: grids.matrix(frame, marks, rows, columns, metric)


def week_clock(metric: str) -> Figure:
    return lambda frame, screen, marks: grids.week_clock(frame, marks, metric)


def calendar(metric: str) -> Figure:
    return lambda frame, screen, marks: grids.calendar(frame, marks, metric)
