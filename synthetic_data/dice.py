"""Dice: one for each concern, episode and try, the same in every world that is compared with another."""

import numpy as np

from synthetic_data.decks import FACES, Array
from synthetic_data.streams import Streams

GOLDEN, SECOND, THIRD = (np.uint64(n) for n in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
"""The constants of SplitMix64 (Steele, Lea & Flood 2014)."""


def faces(chance: Array | float) -> Array:
    """The number of faces that a chance is worth."""
    rounded: Array = np.minimum(np.rint(np.asarray(chance, dtype=np.float64) * FACES), FACES - 1).astype(np.uint16)
    return rounded


class Dice:
    """The dice of the `count` episodes that begin on one day."""

    def __init__(self, streams: Streams, day: int, count: int) -> None:
        self._streams = streams
        self._day = day
        self._count = count
        self._first: dict[str, Array] = {}
        self._bits = np.random.Philox(key=[0, day])
        self._start = self._bits.state

    def first(self, concern: str) -> Array:
        """A die for every episode; `Streams.dice`, with one generator for all."""
        if concern not in self._first:
            self._start["state"]["key"][0] = self._streams.number(concern)
            self._bits.state = self._start
            self._first[concern] = self._bits.random_raw(self._count // 4 + 1).view(np.uint16)[: self._count]
        return self._first[concern]

    def again(self, concerns: tuple[str, ...], episodes: Array, number: int) -> dict[str, Array]:
        """Fresh dice for the try `number` of some episodes, by hashing, so that they depend on nobody else's."""
        keys = [self._streams.within(f"{concern}, again").number(f"{self._day}, {number}") for concern in concerns]
        mixed = (episodes.astype(np.uint64) * GOLDEN) ^ np.array(keys, dtype=np.uint64)[:, None]
        for shift, factor in ((30, SECOND), (27, THIRD)):
            mixed ^= mixed >> np.uint64(shift)
            mixed *= factor
        return dict(zip(concerns, (mixed >> np.uint64(48)).astype(np.uint16), strict=True))
