"""What moved against an earlier period: causes, and regions where a cause moved by itself, beyond chance."""

from dataclasses import replace
from math import erfc, sqrt

import numpy as np
import pandas as pd

from etl.intervals import Z_95, overdispersion
from etl.periods import Period
from etl.query import Question, ask
from etl.snapshot import Snapshot

EVERYWHERE = ""
"""As a region: all of them together."""
FALSE_DISCOVERIES = 0.05
"""Of the movers told, how many may be chance (Benjamini & Hochberg 1995)."""
FEWEST_REFUSALS = 10
"""In both periods together; with fewer no test is worth its name."""
FEWEST_CLUSTERS = 5
MOST_DAYS = 92
"""Longer periods are clustered by week."""
CONCENTRATED = 0.8
"""This much of a cause's change in a few regions, and only they are named."""
SOME_REGIONS = 3
COLUMNS = (
    *("cause", "region", "refusals", "decided", "refusal_rate"),
    *("refusals_before", "decided_before", "refusal_rate_before"),
    *("change", "change_low", "change_high", "additional", "additional_low", "additional_high", "p_value"),
)


def movers(snapshot: Snapshot, asked: Question, before: Period) -> tuple[pd.DataFrame, int]:
    """The causes and regions whose refusal rate changed, the most additional refusals first, and how many were tested.

    `asked` gives filters, period and attribution. Columns: cause, region (`EVERYWHERE` for all), counts and rates of
    both periods; `change` of the rate with its 95 % interval, as a share; `additional` refusals, which the rate before
    would not have given, with theirs; p_value, two-sided. Variances are clustered by day or week (ratio estimator,
    Cochran 1977, §2.11) and never below the binomial one; false discoveries are held to `FALSE_DISCOVERIES`.
    Raises `InvalidValue` where the log has no days.
    """
    where = ("region",) if snapshot.has("region") else ()
    sides = [_counted(snapshot, asked, span, where) for span in (Period(*_days(snapshot, asked)), before)]
    tested = _tested(*(_everywhere(side) for side in sides))
    if where:
        tested = pd.concat([tested, _tested(*sides)], ignore_index=True)
    found = tested[_discovered(tested["p_value"])]
    told = found[_is_told(found)]
    order = told["additional"].abs().sort_values(ascending=False, kind="stable").index
    return told.loc[order, list(COLUMNS)].reset_index(drop=True), len(tested)


def _days(snapshot: Snapshot, asked: Question) -> tuple[object, object]:
    return snapshot.within(asked.since, asked.until)


def _counted(snapshot: Snapshot, asked: Question, span: Period, where: tuple[str, ...]) -> pd.DataFrame:
    """Refusals and decided by cluster, region and cause; columns cluster, region, cause, refusals, decided, spread."""
    cluster = "day" if span.days <= MOST_DAYS else "week"
    question = replace(asked, metrics=("refusal_rate",), since=span.since, until=span.until)
    frame = ask(snapshot, replace(question, by=(cluster, *where, "cause")))
    daily = ask(snapshot, replace(question, by=("day",)))
    spread = overdispersion(daily, "refusals", "decided")
    return frame.rename(columns={cluster: "cluster"}).assign(
        region=frame["region"] if where else EVERYWHERE, spread=spread
    )


def _everywhere(side: pd.DataFrame) -> pd.DataFrame:
    sums = side.groupby(["cluster", "cause"], sort=False)[["refusals", "decided"]].sum().reset_index()
    return sums.assign(region=EVERYWHERE, spread=side["spread"].max())


def _tested(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """One row per cause and region that has enough refusals to be tested."""
    both = _rated(now).join(_rated(before), how="inner", rsuffix="_before").reset_index()
    both = both[both["refusals"] + both["refusals_before"] >= FEWEST_REFUSALS]
    change = both["refusal_rate"] - both["refusal_rate_before"]
    error = np.sqrt(both["variance"] + both["variance_before"])
    columns = {"change": change, "error": error, "p_value": [_two_sided(z) for z in change / error]}
    tested = both.assign(**columns)
    for name, times in (("", 0.0), ("_low", -Z_95), ("_high", Z_95)):
        tested[f"change{name}"] = change + times * error
        tested[f"additional{name}"] = tested[f"change{name}"] * tested["decided"]
    return tested


def _rated(side: pd.DataFrame) -> pd.DataFrame:
    """By cause and region: sums, the rate and its variance."""
    keys = ["cause", "region"]
    sums = side.groupby(keys)[["refusals", "decided"]].sum()
    sums = sums[sums["decided"] > 0]
    rate = sums["refusals"] / sums["decided"]
    scattered = side.join(rate.rename("rate"), on=keys, how="inner")
    squares = ((scattered["refusals"] - scattered["rate"] * scattered["decided"]) ** 2).groupby(
        [scattered[key] for key in keys]
    )
    clusters, spread = squares.count(), side["spread"].max()
    clustered = clusters / (clusters - 1).clip(lower=1) * squares.sum() / sums["decided"] ** 2
    careful = (sums["refusals"] + 0.5) / (sums["decided"] + 1)
    binomial = careful * (1 - careful) / sums["decided"]
    variance = np.maximum(clustered.where(clusters >= FEWEST_CLUSTERS, 0.0), binomial)
    few = binomial * spread
    return sums.assign(refusal_rate=rate, variance=variance.where(clusters >= FEWEST_CLUSTERS, few))


def _two_sided(z: float) -> float:
    return erfc(abs(z) / sqrt(2))


def _discovered(p_values: "pd.Series[float]") -> "pd.Series[bool]":
    """Which tests are told, by Benjamini and Hochberg's step-up."""
    ordered = np.sort(p_values.to_numpy())
    passed = ordered <= FALSE_DISCOVERIES * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    line = ordered[passed].max() if passed.any() else -1.0
    return p_values <= line


def _is_told(found: pd.DataFrame) -> "pd.Series[bool]":
    """A cause everywhere, or only the few regions that it is concentrated in; regions that move unlike the rest."""
    told = pd.Series(True, index=found.index)
    for _, rows in found.groupby("cause"):
        whole, parts = rows[rows["region"] == EVERYWHERE], rows[rows["region"] != EVERYWHERE]
        if whole.empty or parts.empty:
            continue
        all_of_it = whole.iloc[0]
        same = parts[np.sign(parts["change"]) == np.sign(all_of_it["change"])]
        share = same["additional"].nlargest(SOME_REGIONS).sum() if all_of_it["change"] > 0 else same["additional"].sum()
        if len(same) <= SOME_REGIONS and abs(share) >= CONCENTRATED * abs(all_of_it["additional"]):
            told[whole.index] = False
        else:
            told[parts.index] = (parts["change"] - all_of_it["change"]).abs() > Z_95 * parts["error"]
    return told
