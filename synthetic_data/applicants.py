"""Who borrows: a population with latent credit standing, drawn once per world; nothing here is a real person."""

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from synthetic_data.decks import Array, Deck
from synthetic_data.places import Places
from synthetic_data.streams import Streams
from synthetic_data.world import CHANNEL_SHARES, PAYDAY_SHARES, PAYDAYS, PERSONAS, SYSTEM_SHARES

ATTEMPTS_PER_APPLICANT = 4
FEWEST, MOST = 500, 3_000_000

LOW_TIER, MIDDLE_TIER, HIGH_TIER = range(3)
SYSTEM_DECK = Deck.of_shares((0.0, 0.86, 0.14), SYSTEM_SHARES, (0.52, 0.27, 0.21))
"""By device tier: there is no cheap iOS."""

TIER_DECK = Deck.of_shares(*((p.low_tier, 0.5 * (1 - p.low_tier), 0.5 * (1 - p.low_tier)) for p in PERSONAS))
PERSONA_DECK = Deck.of_shares([persona.share for persona in PERSONAS])
CHANNEL_DECK = Deck.of_shares(CHANNEL_SHARES)
INCOME_DECK = Deck.lognormal(*((persona.income, 0.45) for persona in PERSONAS))
LAG_DECK = Deck.lognormal((4, 1.6))
"""Days until an applicant installs a new version: most within a week, some never."""
LONGEST_LAG = 500
LOTS = 10_000

PROPENSITY_DECK = Deck.lognormal((94, 0.35))
MOST_PROPENSITY = 250
"""How readily somebody tries again after a refusal, in per cent of what is usual."""

PROVINCE_SPREAD = 0.15
"""Standard deviation of the mean standing between provinces."""

MONTHLY_SHOCK = 16
"""Standard deviation of the points by which a score moves from month to month."""


@dataclass(frozen=True)
class Applicants:
    """One entry per applicant, ordered by cell (province and payday); tickets weigh them by appetite."""

    seed: int
    region: Array
    payday: Array
    city: Array
    persona: Array
    channel: Array
    system: Array
    tier: Array
    lag: Array
    lot: Array
    propensity: Array
    score: Array
    history: Array
    utilisation: Array
    income: Array
    tickets: Array
    first_ticket: Array
    shocks: dict[int, Array] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.region)

    @cached_property
    def ids(self) -> Array:
        """Pseudonyms of eleven bytes: a scrambled number, so that neighbours in the table look unrelated."""
        scrambled = np.arange(len(self), dtype="<u8") * np.uint64(0x9E3779B97F5) + np.uint64(self.seed)
        ids = np.full((len(self), 11), ord("u"), dtype=np.uint8)
        ids[:, 1:] = HEX_PAIRS.take(scrambled.view(np.uint8).reshape(-1, 8)[:, :5]).view(np.uint8)
        return ids.view("S11").ravel()

    @cached_property
    def _records(self) -> Array:
        """One record each: whoever is picked at random is fetched from memory once, not once per attribute."""
        records = np.empty(len(self), dtype=[(name, getattr(self, name).dtype) for name in ATTRIBUTES])
        for name in ATTRIBUTES:
            records[name] = getattr(self, name)
        return records

    def of(self, who: Array) -> dict[str, Array]:
        """The attributes of some applicants, by name."""
        picked = self._records.take(who)
        return {name: np.ascontiguousarray(picked[name]) for name in ATTRIBUTES}

    def shock(self, month: int) -> Array:
        """How far each score lies from its long-run level in a month (counted as year × 12 + month)."""
        if month not in self.shocks:
            stream = Streams(self.seed).of("monthly rescoring", month)
            drawn = stream.standard_normal(len(self), dtype=np.float32) * MONTHLY_SHOCK
            self.shocks[month] = np.clip(np.rint(drawn), -100, 100).astype(np.int8)
            self._forget_all_but(month)
        return self.shocks[month]

    def _forget_all_but(self, month: int) -> None:
        for other in [known for known in self.shocks if abs(known - month) > 1]:
            del self.shocks[other]


ATTRIBUTES = (
    *("region", "city", "persona", "channel", "system", "tier", "lag", "lot", "propensity", "score", "history"),
    *("utilisation", "income"),
)
"""What an attempt takes over from its applicant."""

HEX_PAIRS = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), dtype=np.uint16)
"""The two digits of each byte; five bytes of an odd multiple of a number tell all numbers below 2^40 apart."""


def month_number(day: date) -> int:
    return day.year * 12 + day.month


def make_applicants(streams: Streams, places: Places, attempts: int) -> Applicants:
    """A population in proportion to the attempts; every cell has at least one applicant."""
    count = min(max(attempts // ATTEMPTS_PER_APPLICANT, FEWEST), MOST)
    cell = _cells(streams, places, count)
    region, payday = np.divmod(cell, len(PAYDAYS))
    persona = PERSONA_DECK.draw(streams.dice("persona", len(cell)))
    tier = TIER_DECK.draw(streams.dice("device tier", len(cell)), persona)
    tickets = np.repeat(np.arange(len(cell), dtype=np.int32), _typical("appetite", persona))
    cells = np.arange(len(places.regions) * len(PAYDAYS) + 1)
    return Applicants(
        seed=streams.seed,
        region=region.astype(np.uint8),
        payday=payday.astype(np.uint8),
        city=_city(streams, places, region),
        persona=persona,
        channel=CHANNEL_DECK.draw(streams.dice("habitual channel", len(cell))),
        system=SYSTEM_DECK.draw(streams.dice("operating system", len(cell)), tier),
        tier=tier,
        lag=np.minimum(LAG_DECK.draw(streams.dice("update lag", len(cell))), LONGEST_LAG).astype(np.uint16),
        lot=streams.of("release lot").integers(0, LOTS, len(cell), dtype=np.uint16),
        propensity=np.minimum(
            PROPENSITY_DECK.draw(streams.dice("retry propensity", len(cell))), MOST_PROPENSITY
        ).astype(np.uint8),
        **_standing(streams, persona, region),
        tickets=tickets,
        first_ticket=np.searchsorted(cell[tickets], cells),
    )


def _cells(streams: Streams, places: Places, count: int) -> Array:
    """The sorted cell of every applicant, province and payday drawn by their shares."""
    shares = np.outer(places.weights / places.weights.sum(), PAYDAY_SHARES).ravel()
    counts = np.maximum(streams.of("applicants by cell").multinomial(count, shares), 1)
    return np.repeat(np.arange(len(shares)), counts)


def _city(streams: Streams, places: Places, region: Array) -> Array:
    within = places.city_deck.draw(streams.dice("city", len(region)), region)
    return (places.first_city[region] + within).astype(np.uint8)


def _standing(streams: Streams, persona: Array, region: Array) -> dict[str, Array]:
    """Credit attributes hang together, and provinces differ: low standing goes with used-up limits."""
    noise = streams.of("credit standing").standard_normal(len(persona))
    province = streams.of("standing of provinces").normal(0, PROVINCE_SPREAD, int(region.max()) + 1)
    standing = _typical("standing", persona) + province[region] + _typical("spread", persona) * noise
    used = streams.of("utilisation").normal(_typical("utilisation", persona) - 0.03 * noise, 0.2)
    is_thin = streams.of("thin file").random(len(persona)) < _typical("thin", persona)
    months = streams.of("credit history").integers(6, 200, len(persona))
    return {
        "score": np.rint(350 + 600 / (1 + np.exp(-standing))).astype(np.int16),
        "history": np.where(is_thin, np.maximum(months % 10 - 4, 0), months).astype(np.uint8),
        "utilisation": np.clip(np.rint(100 * used), 0, 100).astype(np.uint8),
        "income": INCOME_DECK.draw(streams.dice("income", len(persona)), persona),
    }


def _typical(attribute: str, persona: Array) -> Array:
    return np.array([getattr(kind, attribute) for kind in PERSONAS]).take(persona)
