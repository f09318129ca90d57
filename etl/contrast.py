"""One value held against all others: each cause's refusal rate here and elsewhere, and how sure the difference is."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from etl.intervals import spread_of_each, wilson
from etl.query import Question, Selection, ask
from etl.snapshot import Snapshot

REST = "_rest"
"""Ends the columns of all that is not the value."""
ABOVE = {"region": ("macro_region", "city")}
"""Filters that would keep the rest from being the whole rest."""
RATE = "refusal_rate"
COLUMNS = ("refusals", "decided", RATE, f"{RATE}_low", f"{RATE}_high")
DIFFERENCE = ("difference", "difference_low", "difference_high")


def against_the_rest(snapshot: Snapshot, asked: Question, dimension: str, value: str, level: str) -> pd.DataFrame:
    """The refusal rate of each cause (or other `level`) where `dimension` is `value`, and where it is anything else.

    Columns: `<level>`; refusals, decided, refusal_rate with its 95 % interval, and the same of the rest (`_rest`);
    `difference` = rate − rate of the rest, with its 95 % interval, the largest first. The interval is Newcombe's (1998,
    method 10) of both sides' Wilson intervals, which stand on n ÷ φ, the φ of that cause's own days on that side, 1
    where they are too few. What one side never saw is 0 of its decided there.
    Empty where either side decided nothing.
    """
    where = {name: kept for name, kept in asked.where.items() if name not in (dimension, *ABOVE.get(dimension, ()))}
    here = _side(snapshot, replace(asked, where={**where, dimension: Selection((value,))}), level)
    rest = _side(snapshot, replace(asked, where={**where, dimension: Selection((value,), is_except=True)}), level)
    if here.decided == 0 or rest.decided == 0:
        return pd.DataFrame(columns=[level, *COLUMNS, *(f"{name}{REST}" for name in COLUMNS), *DIFFERENCE])
    names = sorted({*here.refusals, *rest.refusals})
    both = pd.concat([here.frame(names), rest.frame(names).add_suffix(REST)], axis=1)
    return _differences(both.rename_axis(level).reset_index(), level)


@dataclass(frozen=True)
class _Side:
    """What was decided on one side, and by cause what was refused, its rate, and how much its own days scatter."""

    decided: int
    refusals: dict[str, float]
    rates: dict[str, float]
    spread: "pd.Series[float]"

    def frame(self, names: list[str]) -> pd.DataFrame:
        """A row for each of the names; what was not seen here is none of all decided."""
        refusals = pd.Series([self.refusals.get(name, 0) for name in names], index=names)
        decided = pd.Series(self.decided, index=names)
        low, high = wilson(refusals.astype(float), decided.astype(float), self.spread.reindex(names).fillna(1.0))
        rates = [self.rates.get(name, 0.0) for name in names]
        return pd.DataFrame(dict(zip(COLUMNS, (refusals, decided, rates, low, high), strict=True)), index=names)


def _side(snapshot: Snapshot, asked: Question, level: str) -> _Side:
    by_level = ask(snapshot, replace(asked, metrics=(RATE,), by=(level,)))
    decided = ask(snapshot, replace(asked, metrics=("decided",), by=()))["decided"].iloc[0]
    spread = spread_of_each(snapshot, asked, level) if snapshot.has("day") else pd.Series(dtype=float)
    refusals, rates = (dict(zip(by_level[level], by_level[name], strict=True)) for name in ("refusals", RATE))
    return _Side(int(decided), refusals, rates, spread)


def _differences(both: pd.DataFrame, level: str) -> pd.DataFrame:
    here, rest = both[RATE], both[f"{RATE}{REST}"]
    below = np.hypot(here - both[f"{RATE}_low"], both[f"{RATE}_high{REST}"] - rest)
    above = np.hypot(both[f"{RATE}_high"] - here, rest - both[f"{RATE}_low{REST}"])
    change = here - rest
    ends = dict(zip(DIFFERENCE, (change, change - below, change + above), strict=True))
    return both.assign(**ends).sort_values(["difference", level], ascending=[False, True]).reset_index(drop=True)
