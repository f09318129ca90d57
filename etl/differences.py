"""How far numbers moved against an earlier period, and how sure that is: the same method as that of the movers."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import pandas as pd

from etl.catalogue.metrics import Metric, Unit
from etl.intervals import SCATTER, Z_95, careful_variance, overdispersion, scatter_of_sums
from etl.periods import Period
from etl.query import Question, ask
from etl.snapshot import Snapshot

Answer: TypeAlias = Callable[[Snapshot, Question], pd.DataFrame]

CHANGE = "_change"
"""Ends the column of a number's difference; `_change_low` and `_change_high` end those of its 95 % interval."""


def differences(snapshot: Snapshot, asked: Question, before: Period, answer: Answer = ask) -> pd.DataFrame:
    """One row: for each metric asked its difference from the period `before`, and the ends of its 95 % interval.

    Columns `<metric>_change`, `_change_low`, `_change_high`, in the metric's own unit, a rate's as a share. The normal
    interval of the difference of two independent sides. A rate varies binomially times φ, Pearson's over-dispersion of
    its daily counts; a sum varies as a Poisson count times the φ of its days (quasi-Poisson, McCullagh & Nelder 1989,
    §9.2). Both φ are of the eight weeks up to the end of `before`, around each weekday's own level: days are the
    clusters, and what moves now does not hide behind its own scatter. Ends are NaN where the log has no days, and
    where those days are too few. `answer` may be an `ask` that remembers.
    """
    earlier = replace(asked, since=before.since, until=before.until)
    now, then = (answer(snapshot, question) for question in (asked, earlier))
    daily = _daily(snapshot, asked, before)
    columns: dict[str, float] = {}
    for metric in asked.asked_metrics:
        change = float(now[metric.id].iloc[0] - then[metric.id].iloc[0])
        error = _error(metric, pd.concat([now, then]), daily)
        ends = (("", 0.0), ("_low", -Z_95), ("_high", Z_95))
        columns |= {f"{metric.id}{CHANGE}{end}": change + times * error if end else change for end, times in ends}
    return pd.DataFrame([columns])


def is_noise(low: float, high: float) -> bool:
    """Whether an interval includes zero; False of one that is not known, which `is_known` tells."""
    return low <= 0 <= high


def is_known(low: float, high: float) -> bool:
    """Whether there is an interval: without one a change is neither sure nor noise."""
    return not (np.isnan(low) or np.isnan(high))


def _daily(snapshot: Snapshot, asked: Question, before: Period) -> pd.DataFrame | None:
    if not snapshot.has("day"):
        return None
    return ask(snapshot, replace(asked, by=("day",), since=before.until - SCATTER, until=before.until))


def _error(metric: Metric, sides: pd.DataFrame, daily: pd.DataFrame | None) -> float:
    """The standard error of the difference of the two `sides`."""
    if daily is None:
        return np.nan
    if metric.denominator is None:
        scatter = scatter_of_sums(daily, metric.numerator, is_count=metric.unit is Unit.COUNT)
        return float(np.sqrt(scatter * (sides[metric.numerator] + 0.5).sum(skipna=False)))
    scatter = overdispersion(daily, metric.numerator, metric.denominator, unknown=np.nan)
    variance = careful_variance(sides[metric.numerator], sides[metric.denominator].where(sides[metric.denominator] > 0))
    return float(np.sqrt(scatter * variance.sum(skipna=False)))
