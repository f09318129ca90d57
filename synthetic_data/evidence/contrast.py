"""The share of hits inside a scope and outside it, day by day, and how surely the difference is known."""

from dataclasses import dataclass

import numpy as np

from synthetic_data.decks import Array
from synthetic_data.evidence.chance import overdispersion, ratio


@dataclass(frozen=True)
class Side:
    """Attempts and hits among them, by day."""

    tries: Array
    hits: Array

    @property
    def attempts(self) -> int:
        return int(self.tries.sum())

    @property
    def rate(self) -> float:
        return float(ratio(self.hits.sum(), self.tries.sum()))

    @property
    def cautious_rate(self) -> float:
        """After two more hits and two more misses (Agresti & Coull 1998): never wholly sure of a few attempts."""
        return float((self.hits.sum() + 2) / (self.tries.sum() + 4))

    def noise(self, rate: float) -> float:
        """The variance of the rate if attempts were independent; none where nobody was counted."""
        return float(ratio(rate * (1 - rate), self.tries.sum()))

    @property
    def distances(self) -> Array:
        """How much each day adds to the rate, above what it would add at the rate of all days."""
        return ratio(self.hits - self.rate * self.tries, self.tries.sum())

    def on(self, days: Array | slice) -> "Side":
        return Side(self.tries[days], self.hits[days])


@dataclass(frozen=True)
class Contrast:
    """The two sides of a scope over some days; a side that nobody is on has rate 0 for sure."""

    inside: Side
    outside: Side

    def on(self, days: Array | slice) -> "Contrast":
        return Contrast(self.inside.on(days), self.outside.on(days))

    @property
    def difference(self) -> float:
        return self.inside.rate - self.outside.rate

    @property
    def freedom(self) -> int:
        return max(len(self.inside.tries) - 1, 1)

    def noise(self, inside_rate: float | None = None) -> float:
        """The variance of the difference if attempts were independent."""
        rate = self.inside.cautious_rate if inside_rate is None else inside_rate
        return self.inside.noise(rate) + self.outside.noise(self.outside.cautious_rate)

    @property
    def overdispersion(self) -> float:
        """At least 1: a few days that happen to be alike prove nothing."""
        sides = ((self.inside, self.inside.rate), (self.outside, self.outside.rate))
        days = [np.where(side.tries > 0, ratio(side.hits, side.tries) - rate, 0.0) for side, rate in sides]
        variance = sum(ratio(rate * (1 - rate), side.tries) for side, rate in sides)
        return max(1.0, float(overdispersion((days[0] - days[1]) ** 2, variance * (self.inside.tries > 0))[0]))

    @property
    def variance(self) -> float:
        """Of the difference: the days are clusters, which weigh what they hold; never below that of independence."""
        days = len(self.inside.tries)
        scattered = float(np.square(self.inside.distances - self.outside.distances).sum())
        return max(scattered * days / (days - 1) if days > 1 else 0.0, self.noise())
