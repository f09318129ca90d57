"""What goes wrong: incidents with a scope, an onset and an effect, and the attempts that they hit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import numpy as np

from synthetic_data.attempts import Attempts
from synthetic_data.decks import Array
from synthetic_data.places import load_places
from synthetic_data.releases import VERSIONS
from synthetic_data.spans import Span
from synthetic_data.world import CHANNELS, PARTNERS, PRODUCTS, SYSTEMS

JOINT = "|"
"""Joins the ids of incidents that overlap."""

ALL = "*"
"""Stands for all incidents together, where an id of one could stand."""

CUT_OFF = "cut_off"
"""The one effect that is not a reason: it moves the score line."""


def code_of(effect: str) -> str:
    """The reason that an effect gives: whoever falls below a raised line has too low a score."""
    return "U101" if effect == CUT_OFF else effect


RINGS = ("stable", "gray")


class Onset(StrEnum):
    STEP = "step"
    PULSE = "pulse"
    RAMP = "ramp"
    RING = "ring"
    LOAD = "load"


@dataclass(frozen=True)
class Incident(Span):
    """One thing that goes wrong between two local times, for whoever is in its scope."""

    id: str
    kind: str
    layer: str
    start: datetime
    end: datetime
    onset: Onset
    effect: Mapping[str, float]
    scope: Mapping[str, tuple[str, ...]]

    def rows(self, attempts: Attempts) -> Array:
        """The attempts in its scope while it lasts, by position."""
        first, last = np.searchsorted(attempts.micros, moments(self.start, self.end, attempts.day))
        is_in_scope = np.ones(last - first, dtype=bool)
        for name, values in self.scope.items():
            is_named = np.isin(SCOPES[name].known, values)
            is_in_scope &= is_named.take(SCOPES[name].numbers(attempts)[first:last])
        rows: Array = np.flatnonzero(is_in_scope) + first
        return rows

    def strength(self, attempts: Attempts, rows: Array) -> Array:
        """How much of its effect is there, from 0 to 1, at each of these attempts."""
        start = moments(self.start, self.end, attempts.day)[0]
        return self.strength_at(attempts.micros[rows] - start, attempts.loads, attempts.slot[rows])

    def strength_at(self, since: Array, loads: Array, slot: Array) -> Array:
        """The same at so many microseconds after its start, in these slots of a schedule of loads."""
        strength: Array = np.ones(len(since))
        if self.onset is Onset.LOAD:
            strength = (1 - 1 / np.maximum(loads, 1)).take(slot)
        elif self.onset in (Onset.PULSE, Onset.RAMP):
            strength = since / ((self.end - self.start) // MICROSECOND)
        if self.onset is Onset.PULSE:
            strength = np.minimum(1, 3 * np.minimum(strength, 1 - strength))
        return strength


MICROSECOND = timedelta(microseconds=1)


def moments(start: datetime, end: datetime, day: date) -> tuple[int, int]:
    """Two local times in microseconds after the midnight of `day`."""
    midnight = datetime.combine(day, datetime.min.time())
    return (start - midnight) // MICROSECOND, (end - midnight) // MICROSECOND


@dataclass(frozen=True)
class ScopeKey:
    """Something that a scope may name: its known values, and where an attempt keeps their numbers."""

    known: tuple[str, ...]
    numbers: Callable[[Attempts], Array]


SCOPES = {
    "region": ScopeKey(load_places().regions, lambda a: a.region),
    "channel": ScopeKey(CHANNELS, lambda a: a.channel),
    "product": ScopeKey(tuple(product.id for product in PRODUCTS), lambda a: a.product),
    "partner": ScopeKey(PARTNERS, lambda a: a.partner),
    "os": ScopeKey(SYSTEMS, lambda a: a.system),
    "app_version": ScopeKey(VERSIONS, lambda a: a.version),
    "release_ring": ScopeKey(RINGS, lambda a: a.is_gray.view(np.uint8)),
}
