"""Shares of refusals by day, cell and layer, beside what the mix of products and channels makes one expect."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from synthetic_data.decks import Array
from synthetic_data.evidence.cells import GROUPS, Cells
from synthetic_data.evidence.chance import ratio

FATES = len(GROUPS) + 2


@dataclass(frozen=True)
class Shares:
    """By day, cell and layer: attempts, refusals found, refusals expected by product and channel, their variance."""

    tries: Array
    found: Array
    expected: Array
    variance: Array

    def _each(self, change: Callable[[Array], Array]) -> "Shares":
        return Shares(*map(change, (self.tries, self.found, self.expected, self.variance)))

    def rest(self) -> "Shares":
        """Everybody outside each cell."""
        return self._each(lambda numbers: numbers.sum(axis=1, keepdims=True) - numbers)

    def whole(self) -> "Shares":
        """Everybody, as one cell."""
        return self._each(lambda numbers: numbers.sum(axis=1, keepdims=True))

    def over(self, sums: Array) -> "Shares":
        """Summed over days; `sums` says which, a row for each sum."""
        return self._each(lambda numbers: np.tensordot(sums, numbers, 1))

    @property
    def excess(self) -> Array:
        return ratio(self.found - self.expected, self.tries)

    @property
    def noise(self) -> Array:
        """The variance of the excess if attempts were independent."""
        return ratio(self.variance, self.tries**2)


def shares_by_day(cells: Cells, dimension: str) -> tuple[Array, Shares]:
    """The days there are, and the shares on each of them in every cell of a dimension."""
    days, day = np.unique(cells.day, return_inverse=True)
    values, value = len(cells.words[dimension]), cells.values[dimension]
    tries = _counted(cells, (day, value, cells.mix), (len(days), values, cells.mixes))
    found = _counted(cells, (day, value, cells.fate), (len(days), values, FATES))[:, :, 1:-1]
    by_mix = _counted(cells, (cells.mix, cells.fate), (cells.mixes, FATES))
    rate = ratio(by_mix, by_mix.sum(axis=1, keepdims=True))[:, 1:-1]
    level = ratio(found.sum(axis=0), (tries @ rate).sum(axis=0))
    variance = tries @ (rate * (1 - rate))
    return days, Shares(tries.sum(axis=2, keepdims=True), found, tries @ rate * level, variance * level)


def _counted(cells: Cells, numbers: tuple[Array, ...], sizes: tuple[int, ...]) -> Array:
    """Attempts by several numbers at once."""
    place = np.ravel_multi_index(numbers, sizes)
    return np.bincount(place, cells.count, int(np.prod(sizes))).reshape(sizes)
