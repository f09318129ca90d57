"""Buckets of time: when each begins and ends, what it is called, and whether the log is complete for it."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd

from dashboard import axes
from dashboard.marks import Marks
from dashboard.sketch import ISO
from etl.catalogue.dimensions import TIME_BUCKETS
from etl.words import Language

_OFFSETS = {"day": "D", "week": "W-SUN", "month": "M", "quarter": "Q", "year": "Y"}
_DAY = "%Y-%m-%d"


def grain_of(frame: pd.DataFrame) -> str:
    """The bucket that a frame is cut into: `hour` where a day's hours stand beside it."""
    return "hour" if "hour" in frame else next(name for name in frame if name in TIME_BUCKETS)


def placed(frame: pd.DataFrame, marks: Marks) -> pd.DataFrame:
    """The frame in order of time, with what `_buckets` says, without buckets that the log has not reached."""
    grain = grain_of(frame)
    numbers, starts = pd.factorize(_starts(frame, grain), sort=True)
    ends_at = _complete_until(marks)
    buckets = _buckets(tuple(starts), grain, marks.language, marks.since or date.min, ends_at)
    timed = pd.concat([frame, buckets.take(numbers).set_axis(frame.index)], axis=1)
    timed = timed.take(np.argsort(numbers, kind="stable"))
    return timed[timed["at"] < np.datetime64(marks.as_of)] if marks.as_of else timed


def _complete_until(marks: Marks) -> datetime:
    """Where the days asked for end, or the log before them."""
    far = datetime.combine(date.max, time.min)
    until = datetime.combine(marks.until, time.min) + timedelta(days=1) if marks.until else far
    return min(until, marks.as_of or far)


def _starts(frame: pd.DataFrame, grain: str) -> pd.Series:
    if grain == "hour":
        return pd.to_datetime(frame["day"]) + pd.to_timedelta(frame["hour"], unit="h")
    return pd.to_datetime(frame[grain])


@lru_cache(maxsize=64)
def _buckets(
    began: tuple[pd.Timestamp, ...], grain: str, language: Language, since: date, until: datetime
) -> pd.DataFrame:
    """A row per bucket; whole are those between `since` and `until`. Shared: not to be changed.

    Columns: `at` and `end`, its name `bucket`, `is_whole`, the place `x` of its middle on the axis (years: their name),
    the `width` of its bar in milliseconds, and the `first` and `last` day that a click on it shows.
    """
    starts, speech = pd.Series(began, dtype="datetime64[us]"), Marks(language=language)
    ends, first = _ends(starts, grain), datetime.combine(since, time.min)
    buckets = pd.DataFrame({"at": starts, "end": ends, "bucket": [_name(at, grain, speech) for at in starts]})
    return buckets.assign(
        is_whole=[start >= first and end <= until for start, end in zip(starts, ends, strict=True)],
        x=buckets["bucket"] if grain == "year" else axes.middle(buckets).dt.strftime(ISO),
        width=(ends - starts) / timedelta(milliseconds=1) * axes.WIDTH,
        first=starts.dt.strftime(_DAY),
        last=(ends - timedelta(seconds=1)).dt.strftime(_DAY),
    ).astype({"bucket": object, "x": object, "first": object, "last": object})


def _ends(starts: pd.Series, grain: str) -> pd.Series:
    if grain == "hour":
        return starts + timedelta(hours=1)
    ends = starts.dt.to_period(_OFFSETS[grain]).dt.end_time
    return ends.dt.floor("D") + timedelta(days=1)


def _name(start: pd.Timestamp, grain: str, marks: Marks) -> str:
    if grain == "hour":
        return f"{marks.label('day', start)} {start:%H:%M}"
    return marks.label(grain, start)
