"""From a card's frame and the screen to a figure: which chart, which columns. The charts themselves are pure."""


import pandas as pd
import plotly.graph_objects as go

from dashboard import charts
from dashboard.cards import Figure
from dashboard.charts import Look
from dashboard.filters import Granularity
from dashboard.screen import Screen
from etl.catalogue import load_catalogue
from etl.periods import last_complete_day

HOURLY = ["day", "hour"]


def over_time(value: str, split: str | None = None) -> Figure:
    """A trend in the screen's time steps, events drawn, the unfinished end dashed."""

    def figure(frame: pd.DataFrame, screen: Screen, look: Look) -> go.Figure:
        grain = screen.filters.grain(screen.info)
        return charts.trend(
            _timed(frame) if grain is Granularity.HOUR else frame,
            look,
            bucket=str(grain),
            value=value,
            split=split,
            incomplete_from=incomplete_from(screen),
            events=events(screen),
        )

    return figure


def incomplete_from(screen: Screen) -> "pd.Timestamp":
    """The first bucket of time that is not complete: it ends after the last complete day or after the period."""
    last = min(last_complete_day(screen.info.as_of), screen.period.until)
    after = pd.Timestamp(last) + pd.Timedelta(days=1)
    return bucket_start(after, str(screen.filters.grain(screen.info)))


def bucket_start(day: pd.Timestamp, grain: str) -> "pd.Timestamp":
    """The first day of the bucket that `day` lies in; the day after a complete bucket starts the next one."""
    codes = {"week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
    return day.to_period(codes[grain]).start_time if grain in codes else day


def events(screen: Screen) -> pd.DataFrame:
    """The events of the lender's calendar that touch the regions shown."""
    found = screen.snapshot.events()
    is_shown = found["region"].map(
        lambda region: not isinstance(region, str) or screen.filters.selects("region", region)
    )
    return found[is_shown.astype(bool)]


def ranked(dimension: str, value: str) -> Figure:
    return lambda frame, screen, look: charts.ranked_bars(frame, look, dimension=dimension, value=value)


def tiles(value: str) -> Figure:
    """The tile grid where the log's regions have tiles, else sorted bars."""

    def figure(frame: pd.DataFrame, screen: Screen, look: Look) -> go.Figure:
        places = tile_places(list(frame["region"]))
        if not places:
            return charts.ranked_bars(frame, look, dimension="region", value=value, top=len(frame))
        return charts.tile_grid(frame, look, value=value, tiles=places)

    return figure


def tile_places(present: list[str]) -> dict[str, tuple[int, int]]:
    """Row and column of every region of the country that most of the regions present lie in."""
    regions = load_catalogue().regions
    countries = pd.Series([regions[name].country for name in present if name in regions])
    if countries.empty:
        return {}
    country = countries.mode().iloc[0]
    return {
        region.id: (region.tile_row, region.tile_col)
        for region in load_catalogue().regions_of(country)
        if region.tile_row is not None and region.tile_col is not None
    }


def ranking(dimension: str, value: str) -> Figure:
    def figure(frame: pd.DataFrame, screen: Screen, look: Look) -> go.Figure:
        whole = screen.ask(screen.question((value,), without=(dimension,)))
        return charts.ranking(frame, look, dimension=dimension, value=value, average=whole[value].iloc[0])

    return figure


def crossed(rows: str, columns: str, value: str) -> Figure:
    return lambda frame, screen, look: charts.matrix(frame, look, rows=rows, columns=columns, value=value)


def week_hours(value: str) -> Figure:
    return lambda frame, screen, look: charts.week_hours(frame, look, value=value)


def _timed(frame: pd.DataFrame) -> pd.DataFrame:
    """Day and hour as one moment, in the column `hour` that the trend reads."""
    moments = pd.to_datetime(frame["day"]) + pd.to_timedelta(frame["hour"].astype("int64"), unit="h")
    return frame.drop(columns=HOURLY).assign(hour=moments)
