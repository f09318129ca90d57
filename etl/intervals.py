"""How sure a rate is: Wilson intervals widened by how much the days scatter more than independent attempts would."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from etl.catalogue.metrics import Unit, metric
from etl.query import Question, ask
from etl.snapshot import Snapshot

Numbers: TypeAlias = "np.ndarray[Any, Any]"

Z_95 = 1.959963984540054
"""The 97.5 % point of the normal distribution: two-sided 95 % intervals."""
MINIMUM_N = 30
"""Below this many decided attempts a rate is greyed and marked."""
WEEKDAYS = 7
SCATTER = timedelta(weeks=8)
"""How far back from the end of the period compared with the scatter of days is looked for."""


def ask_with_intervals(snapshot: Snapshot, question: Question) -> pd.DataFrame:
    """The answer of `ask`, with `<rate>_low` and `<rate>_high` after it for every rate.

    The over-dispersion is that of the daily counts under the same filters, all groups together; logs without days
    have none to estimate and use 1. Under fractional attribution a refusal counts for at most 1, and a part of a whole
    varies no more than a whole one (Bhatia & Davis 2000): the interval is then never too narrow.
    """
    frame = ask(snapshot, question)
    for name in question.metrics:
        asked = metric(name)
        if asked.unit is not Unit.RATE or asked.denominator is None:
            continue
        spread = daily_overdispersion(snapshot, replace(question, metrics=(name,), by=("day",)))
        low, high = wilson(frame[asked.numerator], frame[asked.denominator], spread)
        frame[f"{name}_low"], frame[f"{name}_high"] = low, high
    return frame


def wilson(
    successes: "pd.Series[float]", trials: "pd.Series[float]", dispersion: "float | pd.Series[float]" = 1.0
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """The 95 % score interval of successes / trials (Wilson 1927), on trials / dispersion; NaN where there are none."""
    n = (trials / dispersion).where(trials > 0)
    p = successes / trials.where(trials > 0)
    middle = p + Z_95**2 / (2 * n)
    half = Z_95 * np.sqrt(p * (1 - p) / n + Z_95**2 / (4 * n**2))
    whole = 1 + Z_95**2 / n
    return ((middle - half) / whole).clip(lower=0), ((middle + half) / whole).clip(upper=1)


def overdispersion(daily: pd.DataFrame, successes: str, trials: str, unknown: float = 1.0) -> float:
    """Pearson's χ² of daily counts around their weekday's rate, per degree of freedom, at least 1.

    `daily` has the columns `day`, successes and trials (McCullagh & Nelder 1989, §4.5). `unknown` where days are too
    few.
    """
    days = daily[daily[trials] > 0]
    weekday, k, n = _weekdays(days), days[successes].to_numpy(float), days[trials].to_numpy(float)
    p = np.bincount(weekday, k)[weekday] / np.bincount(weekday, n)[weekday] if len(days) else k
    return _at_least_one(_per_degree(weekday, k - n * p, n * p * (1 - p), still=1.0, unknown=unknown))


def scatter_of_sums(daily: pd.DataFrame, column: str, *, is_count: bool) -> float:
    """Pearson's χ² of daily sums around their weekday's mean, per degree of freedom: their variance over their mean.

    `daily` has the columns `day` and the sum. A count scatters at least as a Poisson one, 1. NaN where days are too
    few, and of money where there is none on any day.
    """
    days = daily[daily[column].notna()]
    weekday, sums = _weekdays(days), days[column].to_numpy(float)
    mean = (np.bincount(weekday, sums) / np.maximum(np.bincount(weekday), 1))[weekday] if len(days) else sums
    found = _per_degree(weekday, sums - mean, mean, still=1.0 if is_count else np.nan, unknown=np.nan)
    return _at_least_one(found) if is_count else found


def _at_least_one(scatter: float) -> float:
    """Days cannot scatter less than independent attempts; what is not known stays so."""
    return float(np.maximum(1.0, scatter))


def _weekdays(days: pd.DataFrame) -> Numbers:
    """0 for Monday, of each day: the epoch was a Thursday."""
    return (pd.to_datetime(days["day"]).to_numpy("datetime64[D]").astype(np.int64) + 3) % WEEKDAYS


def _per_degree(weekday: Numbers, residuals: Numbers, variance: Numbers, *, still: float, unknown: float) -> float:
    """The mean square of residuals in units of their variance; `still` where none varies, `unknown` of too few days."""
    varies = variance > 0
    free = len(weekday) - len(np.unique(weekday))
    if free < WEEKDAYS:
        return unknown
    if not varies.any():
        return still
    return float((residuals[varies] ** 2 / variance[varies]).sum()) / free


def careful_variance(successes: "pd.Series[float]", trials: "pd.Series[float]") -> "pd.Series[float]":
    """Binomial, of a rate that is never quite 0 or 1: a half is added to what succeeded and to what did not."""
    careful = (successes + 0.5) / (trials + 1)
    return careful * (1 - careful) / trials


def daily_overdispersion(snapshot: Snapshot, daily: Question) -> float:
    """Of the days of a question by day about one rate; 1 where the log has no days."""
    if not snapshot.has("day"):
        return 1.0
    asked = metric(daily.metrics[0])
    return overdispersion(ask(snapshot, daily), asked.numerator, str(asked.denominator))


def spread_of_each(snapshot: Snapshot, asked: Question, level: str) -> "pd.Series[float]":
    """By value of a level, as `cause`: how much its own daily refusals scatter beyond chance over the days asked for.

    Raises `InvalidValue` where the log has no days.
    """
    by_value = ask(snapshot, replace(asked, metrics=("refusal_rate",), by=("day", level))).groupby(level)
    found = {str(value): overdispersion(daily, "refusals", "decided") for value, daily in by_value}
    return pd.Series(found, dtype=float)
