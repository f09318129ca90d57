"""What goes wrong: incidents with a scope, an onset and an effect, and the attempts that they hit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np

from synthetic_data.attempts import Attempts
from synthetic_data.decks import Array
from synthetic_data.places import load_places
from synthetic_data.releases import VERSIONS
from synthetic_data.world import CHANNELS, PARTNERS, PRODUCTS, SYSTEMS

CUT_OFF = "cut_off"
"""The one effect that is not a reason: it moves the score line."""

RINGS = ("stable", "gray")


class Onset(StrEnum):
    STEP = "step"
    PULSE = "pulse"
    RAMP = "ramp"
    RING = "ring"
    LOAD = "load"


@dataclass(frozen=True)
class Incident:
    """One thing that goes wrong between two local times, for whoever is in its scope."""

    id: str
    kind: str
    layer: str
    start: datetime
    end: datetime
    onset: Onset
    effect: Mapping[str, float]
    scope: Mapping[str, tuple[str, ...]]

    def touches(self, first: date, last: date) -> bool:
        return self.start.date() <= last and self.end > datetime.combine(first, datetime.min.time())

    def rows(self, attempts: Attempts) -> Array:
        """The attempts in its scope while it lasts, by position."""
        midnight = datetime.combine(attempts.day, datetime.min.time())
        span = [(edge - midnight) // MICROSECOND for edge in (self.start, self.end)]
        first, last = np.searchsorted(attempts.micros, span)
        is_in_scope = np.ones(last - first, dtype=bool)
        for name, values in self.scope.items():
            known, codes_of = SCOPES[name]()
            is_in_scope &= np.isin(known, values).take(codes_of(attempts)[first:last])
        return first + np.flatnonzero(is_in_scope)

    def strength(self, attempts: Attempts, rows: Array) -> Array:
        """How much of its effect is there, from 0 to 1, at each of these attempts."""
        if self.onset is Onset.LOAD:
            return 1 - 1 / np.maximum(attempts.load[rows], 1)
        midnight = datetime.combine(attempts.day, datetime.min.time())
        passed = attempts.micros[rows] - (self.start - midnight) // MICROSECOND
        progress = passed / ((self.end - self.start) // MICROSECOND)
        if self.onset is Onset.PULSE:
            return np.minimum(1, 3 * np.minimum(progress, 1 - progress))
        return progress if self.onset is Onset.RAMP else np.ones(len(rows))


MICROSECOND = timedelta(microseconds=1)

SCOPES = {
    "region": lambda: (load_places().regions, lambda a: a.region),
    "channel": lambda: (CHANNELS, lambda a: a.channel),
    "product": lambda: (tuple(product.id for product in PRODUCTS), lambda a: a.product),
    "partner": lambda: (PARTNERS, lambda a: a.partner),
    "os": lambda: (SYSTEMS, lambda a: a.system),
    "app_version": lambda: (VERSIONS, lambda a: a.version),
    "release_ring": lambda: (RINGS, lambda a: a.is_gray.view(np.uint8)),
}
"""What a scope may name: the known values, and where an attempt keeps their numbers."""
