"""Drawing by look-up: a deck holds equally likely cards, so that a draw from any distribution costs one gather."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

FACES = 65_536
"""What a die shows is a whole number below; chances are exact to a 65,536th."""

CARDS = 4096
"""Cards in each row of a deck: shares are exact to a quarter of a per mille."""


@dataclass(frozen=True)
class Deck:
    """`CARDS` cards for each row. Values are whole numbers, so no result depends on a CPU's floating point."""

    cards: Array

    @classmethod
    def of_shares(cls, *rows: Sequence[float]) -> "Deck":
        """Cards numbered 0, 1, 2 … in the proportions of each row."""
        return cls(np.concatenate([_numbered_cards(row) for row in rows]))

    @classmethod
    def lognormal(cls, *rows: tuple[float, float]) -> "Deck":
        """Cards spread like a log-normal with the (median, sigma) of each row, rounded to whole numbers."""
        spread = [np.rint(median * np.exp(sigma * bell())).astype(np.int32) for median, sigma in rows]
        return cls(np.concatenate(spread))

    def draw(self, dice: Array, row: Array | None = None) -> Array:
        """The card that each die picks: from its `row`, or from the first."""
        card = (dice // (FACES // CARDS)).astype(np.intp)
        if row is not None:
            card += row.astype(np.intp) * CARDS
        return self.cards.take(card)


@cache
def bell() -> Array:
    """The mid-points of `CARDS` equally likely slices of the standard normal."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((card + 0.5) / CARDS) for card in range(CARDS)])


def _numbered_cards(shares: Sequence[float]) -> Array:
    edges = np.rint(np.cumsum(shares) / np.sum(shares) * CARDS).astype(np.int64)
    return np.repeat(np.arange(len(shares), dtype=np.uint8), np.diff(edges, prepend=0))
