"""From a card's frame and the screen to a figure: which chart, which columns. The charts themselves are pure."""

from dataclasses import replace
from functools import lru_cache

import pandas as pd

from dashboard import charts, grids, multiples, occasions, pareto, reference, tiles, trends
from dashboard.answers import Figure
from dashboard.buckets import grain_of
from dashboard.marks import Marks
from dashboard.screen import Screen
from dashboard.sketch import Sketch
from dashboard.trends import Shape
from etl.catalogue.dimensions import TIME_BUCKETS
from etl.query import Selection

TIME_DIMENSIONS = (*TIME_BUCKETS, "hour")


@lru_cache(maxsize=128)
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


def side_by_side(metric: str, split: str) -> Figure:
    """Small multiples; all but the largest are asked for together, so that they are right under any attribution."""

    def figure(frame: pd.DataFrame, screen: Screen, marks: Marks) -> Sketch:
        shown = multiples.largest(frame, split, metric)
        time = tuple(name for name in frame if name in TIME_DIMENSIONS)
        others = all_others(screen, split, metric, shown, time) if len(shown) < frame[split].nunique() else None
        drawn = multiples.multiples(frame, marks, split, metric, others)
        grain = grain_of(frame)
        if grain == "year":
            return drawn
        return occasions.draw_in_panels(
            drawn, occasions.occasions(reference.occasions(screen.snapshot), marks, grain), marks
        )

    return figure


def lines_for(shape: Shape) -> Shape:
    """What is drawn where parts do not add up and a stack would lie."""
    return Shape.LINES if shape is Shape.STACKED else shape


def ranked(dimension: str, metric: str, top: int | None = None, *, is_pareto: bool = False) -> Figure:
    """Bars; beyond `top` one bar for all others, asked for as such, so that it is right under any attribution.

    With `is_pareto` also how far the bars together reach, where they add up.
    """

    def figure(frame: pd.DataFrame, screen: Screen, marks: Marks) -> Sketch:
        others = None
        if top is not None and charts.is_cut(frame, top):
            shown = charts.top_values(frame, dimension, metric, top)
            others = all_others(screen, dimension, metric, shown)
        drawn = charts.bars(frame, marks, dimension, metric, top=top, others=others)
        if is_pareto and marks.adds_up:
            pareto.add_reach(drawn, charts.ranked(frame, dimension, metric, top, others), marks)
        return drawn

    return figure


def all_others(
    screen: Screen, dimension: str, metric: str, shown: tuple[str, ...], by: tuple[str, ...] = ()
) -> pd.DataFrame:
    """The metric of everything but the values shown: one row, or one per bucket of time."""
    asked = screen.question((metric,), by, without=(dimension,))
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
