"""Whether a shift of demand left the refusal rates alone: like with like, product by product and channel by channel."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from synthetic_data.decks import Array
from synthetic_data.evidence.cells import APPROVED, Cells
from synthetic_data.evidence.chance import as_normal, overdispersion, ratio
from synthetic_data.evidence.rows import DIMENSIONS
from synthetic_data.evidence.trace import AROUND
from synthetic_data.shifts import Shift

LOUD = 3.0
"""The normal score from which a refusal rate has moved: one in 370 by chance."""
FEWEST_REFUSALS = 25
FEWEST_LIKE_IT = 25
"""Attempts of a product and channel around a shift with which those during it can be compared."""


@dataclass(frozen=True)
class Calm:
    """How far a refusal rate moved while demand did, at the mix of products and channels of that time."""

    shift: str
    against: str
    attempts: int = 0
    effect: float = 0.0
    error: float = 0.0
    score: float = 0.0

    @property
    def is_known(self) -> bool:
        return self.error > 0

    @property
    def is_loud(self) -> bool:
        return abs(self.score) >= LOUD

    @property
    def verdict(self) -> str:
        if self.is_known:
            return "NOT QUIET" if self.is_loud else "quiet"
        return "too few attempts" if self.attempts else "nothing to compare"


@dataclass(frozen=True)
class Kinds:
    """Attempts and refusals by product, channel and regime."""

    tries: Array
    refused: Array

    @classmethod
    def of(cls, cells: Cells, kind: Array, is_kept: Array, size: int) -> "Kinds":
        is_refused = is_kept & (cells.fate != APPROVED)
        counts = (np.bincount(kind[kept], cells.count[kept], size) for kept in (is_kept, is_refused))
        return cls(*counts)


def calm(cells: Cells, shift: Shift) -> Calm:
    """Compares the days of a shift with those around it, whoever is in its scope and in no incident's.

    Where the additional attempts come through a channel of their own, that channel is another one than before, and
    all others are compared.
    """
    scope = {name: values for name, values in shift.scope.items() if name in DIMENSIONS}
    if len(scope) < len(shift.scope) and not shift.channel:
        return Calm(shift.id, "who is meant is not in the log")
    first, end = shift.start.date().toordinal(), _first_day_after(shift.end)
    is_near = (cells.day >= first - AROUND) & (cells.day < end + AROUND)
    is_through = cells.in_scope({"channel": (shift.channel,)}) & bool(shift.channel)
    near = cells.where(is_near & cells.in_scope(scope) & ~is_through)
    is_new = not (is_through & (cells.day < first)).any()
    return _compared(near, (near.day >= first) & (near.day < end), shift, _against(shift.channel, is_new))


def _against(channel: str, is_new: bool) -> str:
    if not channel:
        return "like with like"
    return f"every channel but {channel}" + (", which is new: nothing to compare it with" if is_new else "")


def _first_day_after(end: datetime) -> int:
    return (end - timedelta(microseconds=1)).toordinal() + 1


def _compared(cells: Cells, is_during: Array, shift: Shift, against: str) -> Calm:
    kind = cells.mix + cells.mixes * cells.regime
    size = cells.mixes * (int(cells.regime.max(initial=0)) + 1)
    around = Kinds.of(cells, kind, ~is_during, size)
    is_known = (around.tries >= FEWEST_LIKE_IT)[kind]
    now = Kinds.of(cells, kind, is_during & is_known, size)
    if min(around.refused.sum(), now.refused.sum()) < FEWEST_REFUSALS:
        return Calm(shift.id, against, int(now.tries.sum()))
    rate, tries = ratio(around.refused, around.tries), now.tries.sum()
    effect = float((now.refused - rate * now.tries).sum() / tries)
    noise = rate * (1 - rate) * (ratio(now.tries**2, around.tries) + now.tries) / tries**2
    spread, freedom = _overdispersion(cells, kind, ~is_during & is_known, rate)
    error = float(np.sqrt(spread * noise.sum()))
    return Calm(shift.id, against, int(tries), effect, error, float(as_normal(ratio(effect, error), freedom)))


def _overdispersion(cells: Cells, kind: Array, is_kept: Array, rate: Array) -> tuple[float, int]:
    """Of the days around it, at least 1, and its freedom."""
    _, day = np.unique(cells.day[is_kept], return_inverse=True)
    count, expected = cells.count[is_kept], rate[kind[is_kept]]
    excess = np.bincount(day, count * ((cells.fate[is_kept] != APPROVED) - expected))
    variance = np.bincount(day, count * expected * (1 - expected))
    spread, freedom = overdispersion(excess**2, variance)
    return max(1.0, float(spread)), max(int(freedom), 1)
