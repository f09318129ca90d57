"""What moved against an earlier period: causes, and regions where a cause moved by itself, beyond chance."""

from dataclasses import replace
from datetime import date, timedelta
from math import erfc, sqrt

import numpy as np
import pandas as pd

from etl.intervals import Z_95, overdispersion
from etl.periods import Period
from etl.query import Question, ask
from etl.snapshot import EVERYWHERE, Snapshot

FALSE_DISCOVERIES = 0.05
"""Of the movers told, how many may be chance (Benjamini & Hochberg 1995)."""
FEWEST_REFUSALS = 10
"""In both periods together; with fewer no test is worth its name."""
FEWEST_CLUSTERS = 5
SCATTER = timedelta(weeks=8)
MOST_DAYS = 92
"""Longer periods are clustered by week."""
CONCENTRATED = 0.8
"""This much of a cause's change in a few regions, and only they are named."""
SOME_REGIONS = 3
OTHERWISE = 1.5
"""Times the change everywhere, from which on a region is worth its own line."""
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
    now = Period(*snapshot.within(asked.since, asked.until))
    spread = _spread(snapshot, asked, now.until)
    counted = [_counted(snapshot, asked, span, where) for span in (now, before)]
    causes = sorted({cause for _, refusals in counted for cause in refusals["cause"]})
    sides = [_complete(decided, refusals, causes).assign(spread=spread) for decided, refusals in counted]
    tested = _tested(*(_everywhere(side) for side in sides))
    if where:
        tested = pd.concat([tested, _tested(*sides)], ignore_index=True)
    found = tested[_discovered(tested["p_value"])]
    told = found[_is_told(found, tested["region"].nunique() - 1)]
    order = told["additional"].abs().sort_values(ascending=False, kind="stable").index
    return told.loc[order, list(COLUMNS)].reset_index(drop=True), len(tested)


def _counted(
    snapshot: Snapshot, asked: Question, span: Period, where: tuple[str, ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decided by cluster and region, and refusals by cluster, region and cause."""
    cluster = "day" if span.days <= MOST_DAYS else "week"
    asked = replace(asked, since=span.since, until=span.until, by=(cluster, *where))
    frames = (
        ask(snapshot, replace(asked, metrics=("decided",))),
        ask(snapshot, replace(asked, metrics=("refusals",), by=(cluster, *where, "cause"))),
    )
    decided, refusals = (
        frame.rename(columns={cluster: "cluster"}).assign(region=frame["region"] if where else EVERYWHERE)
        for frame in frames
    )
    return decided, refusals


def _complete(decided: pd.DataFrame, refusals: pd.DataFrame, causes: list[str]) -> pd.DataFrame:
    """Every cause in every cluster and region where anything was decided: what refused nobody counts as none."""
    every = decided[decided["decided"] > 0].merge(pd.DataFrame({"cause": causes}), how="cross")
    both = every.merge(refusals, on=["cluster", "region", "cause"], how="left")
    return both.fillna({"refusals": 0}).astype({"refusals": refusals["refusals"].dtype})


def _spread(snapshot: Snapshot, asked: Question, until: date) -> float:
    """How much daily refusals scatter beyond chance, in the weeks up to a day: a few days alone do not tell."""
    question = replace(asked, metrics=("refusal_rate",), by=("day",), until=until, since=until - SCATTER)
    return overdispersion(ask(snapshot, question), "refusals", "decided")


def _everywhere(side: pd.DataFrame) -> pd.DataFrame:
    sums = side.groupby(["cluster", "cause"], sort=False)[["refusals", "decided"]].sum().reset_index()
    return sums.assign(region=EVERYWHERE, spread=side["spread"].max())


def _tested(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """One row per cause and region that has enough refusals to be tested."""
    both = _rated(now).merge(_rated(before), left_index=True, right_index=True, suffixes=("", "_before")).reset_index()
    both = both[both["refusals"] + both["refusals_before"] >= FEWEST_REFUSALS]
    change = both["refusal_rate"] - both["refusal_rate_before"]
    error = np.sqrt(both["variance"] + both["variance_before"])
    tested = both.assign(error=error, p_value=(change / error).map(_two_sided))
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
    variance = clustered.clip(lower=binomial).where(clusters >= FEWEST_CLUSTERS, binomial * spread)
    return sums.assign(refusal_rate=rate, variance=variance)


def _two_sided(z: float) -> float:
    return erfc(abs(z) / sqrt(2))


def _discovered(p_values: "pd.Series[float]") -> "pd.Series[bool]":
    """Which tests are told, by Benjamini and Hochberg's step-up."""
    ordered = np.sort(p_values.to_numpy())
    passed = ordered <= FALSE_DISCOVERIES * np.arange(1, len(ordered) + 1) / max(len(ordered), 1)
    line = ordered[passed].max() if passed.any() else -1.0
    return p_values <= line


def _is_told(found: pd.DataFrame, regions: int) -> "pd.Series[bool]":
    """A cause everywhere, or only the few regions that it is concentrated in; regions that move unlike the rest."""
    told = pd.Series(True, index=found.index)
    for _, rows in found.groupby("cause"):
        whole, parts = rows[rows["region"] == EVERYWHERE], rows[rows["region"] != EVERYWHERE]
        if whole.empty or parts.empty:
            continue
        all_of_it = whole.iloc[0]
        same = parts[np.sign(parts["change"]) == np.sign(all_of_it["change"])]
        share = same["additional"].sum()
        is_few = len(same) <= SOME_REGIONS and 2 * len(same) <= regions
        if is_few and abs(share) >= CONCENTRATED * abs(all_of_it["additional"]):
            told[whole.index] = False
        else:
            told[parts.index] = _moves_otherwise(parts, float(all_of_it["change"]))
    return told


def _moves_otherwise(parts: pd.DataFrame, change: float) -> "pd.Series[bool]":
    """Against the rest, or beyond it: by half as much again, and more than chance would."""
    beyond = parts["change"] - change
    is_unlike = (parts["change"] * change < 0) | (parts["change"].abs() > OTHERWISE * abs(change))
    return is_unlike & (beyond.abs() > Z_95 * parts["error"])
