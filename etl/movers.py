"""What moved against an earlier period: causes, and regions where a cause moved by itself, beyond chance."""

from dataclasses import replace
from math import erfc, sqrt

import numpy as np
import pandas as pd

from etl.intervals import SCATTER, WEEKDAYS, Z_95, careful_variance, spread_of_each
from etl.periods import Period
from etl.query import Question, ask
from etl.snapshot import EVERYWHERE, Snapshot

FALSE_DISCOVERIES = 0.05
"""Of the movers told, how many may be chance (Benjamini & Hochberg 1995)."""
FEWEST_REFUSALS = 10
"""In both periods together; with fewer no test is worth its name."""
CONCENTRATED = 0.8
"""This much of a cause's change in a few regions, and only they are named."""
SOME_REGIONS = 3
OTHERWISE = 1.5
"""Times the change everywhere, from which on a region is worth its own line."""
KEYS = ["cause", "region"]
COLUMNS = (
    *(*KEYS, "refusals", "decided", "refusal_rate"),
    *("refusals_before", "decided_before", "refusal_rate_before"),
    *("change", "change_low", "change_high", "additional", "additional_low", "additional_high", "p_value"),
)


def movers(snapshot: Snapshot, asked: Question, before: Period) -> tuple[pd.DataFrame, int]:
    """The causes and regions whose refusal rate changed, the most additional refusals first, and how many were tested.

    `asked` gives filters, period and attribution. Columns: cause, region (`EVERYWHERE` for all), counts and rates of
    both periods; `change` of the rate with its 95 % interval, as a share; `additional` refusals, which the rate before
    would not have given, with theirs; p_value, two-sided. Variances are the binomial ones times the over-dispersion of
    the cause's daily counts in the weeks before, so that what moves now does not hide behind its own scatter. False
    discoveries are held to `FALSE_DISCOVERIES` among causes and among regions: hundreds of regions must not drown a
    cause. Raises `InvalidValue` where the log has no days.
    """
    spread = spread_of_each(snapshot, replace(asked, since=before.until - SCATTER, until=before.until), "cause")
    splits: list[tuple[str, ...]] = [(), ("region",)] if snapshot.has("region") else [()]
    families = [_tested(_compared(snapshot, asked, before, split), spread) for split in splits]
    tested = pd.concat(families, ignore_index=True)
    found = pd.concat([family[_discovered(family["p_value"])] for family in families], ignore_index=True)
    told = found[_is_told(found, tested["region"].nunique() - 1)]
    order = told["additional"].abs().sort_values(ascending=False, kind="stable").index
    return told.loc[order, list(COLUMNS)].reset_index(drop=True), len(tested)


def can_tell(snapshot: Snapshot, before: Period) -> bool:
    """Whether the log has days enough up to the end of the period before to know how much they scatter."""
    first = max(snapshot.info.first_day, before.until - SCATTER)
    return (before.until - first).days + 1 >= 2 * WEEKDAYS


def _compared(snapshot: Snapshot, asked: Question, before: Period, split: tuple[str, ...]) -> pd.DataFrame:
    """Refusals and decided of both periods by cause and region, where both decided anything. None refused is 0."""
    decided = _sides(snapshot, asked, before, "decided", split)
    refusals = _sides(snapshot, asked, before, "refusal_rate", (*split, "cause"))
    rated = refusals.drop(columns=["decided", "decided_before"])
    return rated.merge(decided.drop(columns="cause"), on="region")


def _sides(snapshot: Snapshot, asked: Question, before: Period, metric: str, by: tuple[str, ...]) -> pd.DataFrame:
    """A metric now and before, side by side; what is only on one side is 0 on the other."""
    now = replace(asked, metrics=(metric,), by=by)
    then = replace(now, since=before.since, until=before.until)
    frames = [ask(snapshot, question).assign(**_missing(by)) for question in (now, then)]
    both = frames[0].merge(frames[1], on=KEYS, how="outer", suffixes=("", "_before"))
    numbers = [name for name in frames[0] if name not in (*KEYS, *by)]
    columns = {
        f"{name}{side}": frame[name].dtype
        for side, frame in zip(("", "_before"), frames, strict=True)
        for name in numbers
    }
    return both.fillna(dict.fromkeys(columns, 0)).astype(columns)


def _missing(by: tuple[str, ...]) -> dict[str, str]:
    return {name: EVERYWHERE for name in KEYS if name not in by}


def _tested(both: pd.DataFrame, spread: "pd.Series[float]") -> pd.DataFrame:
    """Those with enough refusals, with rates, change, interval and p-value."""
    is_enough = both["refusals"] + both["refusals_before"] >= FEWEST_REFUSALS
    tested = both[is_enough & (both["decided"] > 0) & (both["decided_before"] > 0)].copy()
    scatter = tested["cause"].map(spread).fillna(1.0).astype(float)
    variance = sum(careful_variance(tested[f"refusals{side}"], tested[f"decided{side}"]) for side in ("", "_before"))
    error = np.sqrt(scatter * variance)
    tested["error"] = error
    change = tested["refusal_rate"] - tested["refusal_rate_before"]
    for name, times in (("", 0.0), ("_low", -Z_95), ("_high", Z_95)):
        tested[f"change{name}"] = change + times * error
        tested[f"additional{name}"] = tested[f"change{name}"] * tested["decided"]
    return tested.assign(p_value=(change / error).map(lambda z: erfc(abs(z) / sqrt(2))).astype(float))


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
        if _is_concentrated(parts, whole.iloc[0], regions):
            told[whole.index] = False
        else:
            told[parts.index] = _moves_otherwise(parts, float(whole["change"].iloc[0]))
    return told


def _is_concentrated(parts: pd.DataFrame, whole: "pd.Series[float]", regions: int) -> bool:
    same = parts[np.sign(parts["change"]) == np.sign(whole["change"])]
    is_few = len(same) <= SOME_REGIONS and 2 * len(same) <= regions
    return is_few and bool(abs(same["additional"].sum()) >= CONCENTRATED * abs(whole["additional"]))


def _moves_otherwise(parts: pd.DataFrame, change: float) -> "pd.Series[bool]":
    """Against the rest, or beyond it: by half as much again, and more than chance would."""
    beyond = parts["change"] - change
    is_unlike = (parts["change"] * change < 0) | (parts["change"].abs() > OTHERWISE * abs(change))
    return is_unlike & (beyond.abs() > Z_95 * parts["error"])
