"""What an incident leaves in the log: attempts and hits inside and outside its scope, period by period."""

from collections.abc import Iterable

import numpy as np

from etl.contract import SLOT_SEPARATOR
from synthetic_data.decks import Array
from synthetic_data.demand import load_by_hour
from synthetic_data.evidence.rows import DAY, Rows, micros
from synthetic_data.gates import CUT_OFFS
from synthetic_data.incidents import CUT_OFF, Incident, code_of
from synthetic_data.world import PRODUCTS

AROUND = 28
"""Days before and after an incident that it is compared with: four of each weekday."""

ONLY_IN_THE_APP = {"app_version", "release_ring"}
"""Where a scope names one of these, only others with an app are like those in it."""


def reasons_of(incident: Incident) -> frozenset[str]:
    """The codes that an incident adds to the log."""
    return frozenset(map(code_of, incident.effect))


class Trace:
    """Counts by period: a day that begins at the hour at which the incident began.

    Of an incident shorter than a day only its hours count, on every day. Where another incident gives one of the
    same reasons, its scope is left out while it lasts.
    """

    def __init__(self, incident: Incident, incidents: Iterable[Incident]) -> None:
        self.incident = incident
        self._start, self._length = micros(incident.start), micros(incident.end) - micros(incident.start)
        self.days = -(-self._length // DAY)
        self.counts = np.zeros((2, 2, self.days + 2 * AROUND), dtype=np.int64)
        """Attempts, then hits; inside the scope, then outside; by period."""
        self.strength = 0.0
        """Summed over the attempts inside while it lasts."""
        self.near_the_line = 0
        """Attempts inside, around it, with a score that would be too low at the raised line."""
        codes = reasons_of(incident)
        self._codes = codes
        self._others = [one for one in incidents if one.id != incident.id and codes & reasons_of(one)]

    @property
    def during(self) -> slice:
        return slice(AROUND, AROUND + self.days)

    @property
    def around(self) -> Array:
        return np.setdiff1d(np.arange(self.counts.shape[2]), np.arange(self.days) + AROUND)

    def add(self, rows: Rows) -> None:
        since = rows.at - self._start
        period = since // DAY + AROUND
        is_counted = (period >= 0) & (period < self.counts.shape[2]) & rows.is_decided
        is_counted &= (since % DAY < self._length) & ((period >= self.during.stop) | (since < self._length))
        if not is_counted.any():
            return
        for other in self._others:
            is_counted &= ~(rows.in_scope(other.scope) & rows.between(other.start, other.end))
        is_outside = ~rows.in_scope(self.incident.scope)
        if ONLY_IN_THE_APP & self.incident.scope.keys():
            is_counted &= ~is_outside | (rows.texts["app_version"].codes >= 0)
        self._count(rows.where(is_counted), period[is_counted], is_outside[is_counted])

    def _count(self, rows: Rows, period: Array, is_outside: Array) -> None:
        is_hit = rows.texts["reason_codes"].are(lambda text: not self._codes.isdisjoint(text.split(SLOT_SEPARATOR)))
        for what, is_it in enumerate((np.ones(len(rows), dtype=bool), is_hit)):
            np.add.at(self.counts[what], (is_outside[is_it].astype(np.int64), period[is_it]), 1)
        is_during = (period >= self.during.start) & (period < self.during.stop)
        self.strength += float(self._strength(rows.where(is_during & ~is_outside)).sum())
        if CUT_OFF in self.incident.effect:
            self.near_the_line += int(self._is_near(rows.where(~is_during & ~is_outside)).sum())

    def _strength(self, rows: Rows) -> Array:
        """How much of the effect is meant to be there at each attempt; retries that add to a load are not foreseen."""
        hour = rows.at % DAY * 24 // DAY
        return self.incident.strength_at(rows.at - self._start, load_by_hour(rows.day), hour)

    def _is_near(self, rows: Rows) -> Array:
        products = rows.texts["product"]
        lines = np.array([LINES.get(word, 0) for word in products.words] + [0]).take(products.codes, mode="wrap")
        is_near: Array = (rows.score >= lines) & (rows.score < lines + self.incident.effect[CUT_OFF])
        return is_near & (lines > 0)


LINES = {product.id: int(line) for product, line in zip(PRODUCTS, CUT_OFFS, strict=True)}
