"""Shifts of demand: more or fewer attempts while nothing goes wrong. They never touch a decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from synthetic_data.places import load_places
from synthetic_data.spans import Span
from synthetic_data.world import CHANNELS, PARTNERS, PERSONAS, PRODUCTS, SYSTEMS

LARGEST_FACTOR = 20

SHIFT_SCOPES: Mapping[str, tuple[str, ...]] = {
    "region": load_places().regions,
    "channel": CHANNELS,
    "product": tuple(product.id for product in PRODUCTS),
    "partner": PARTNERS,
    "os": SYSTEMS,
    "persona": tuple(persona.id for persona in PERSONAS),
}
"""What the scope of a shift may name, and the known values; an app version wants no loan, so it is not here."""


@dataclass(frozen=True)
class Shift(Span):
    """Between two local times, `factor` times as many attempts of whoever is in its scope.

    Below 1 a trough, above 1 a campaign. With a `channel`, the additional attempts come through it instead of
    their usual one: that is how a new channel opens.
    """

    id: str
    kind: str
    start: datetime
    end: datetime
    factor: float
    scope: Mapping[str, tuple[str, ...]]
    channel: str = ""
