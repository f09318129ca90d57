"""One day's attempts before anybody judges them: who asks, where, through what, for how much."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property

import numpy as np

from synthetic_data.applicants import Applicants, month_number
from synthetic_data.decks import FACES, Array, Deck
from synthetic_data.demand import Arrivals, two_days_of_load
from synthetic_data.releases import Rollout
from synthetic_data.streams import Streams
from synthetic_data.world import (
    BROWSER,
    CHANNEL_SHARES,
    LARGEST_AMOUNT,
    MINI_PROGRAM,
    PARTNER_SHARES,
    PERSONAS,
    PRODUCTS,
    SMALLEST_AMOUNT,
    WEB,
)

PRODUCT_DECK = Deck.of_shares(
    *([product.shares[n] for product in PRODUCTS] for n in range(len(PERSONAS))),
)
AMOUNT_DECK = Deck.lognormal(*((product.median_amount, product.spread) for product in PRODUCTS))
PARTNER_DECK = Deck.of_shares(*PARTNER_SHARES)
CHANNEL_DECK = Deck.of_shares(CHANNEL_SHARES)
OTHER_CHANNEL = 0.12
"""How often somebody takes another way in than the habitual one."""

AMOUNT_STEP = 100
USUAL_INCOME = 7_000


MICROS_OF_AN_HOUR = 3_600_000_000


@dataclass(frozen=True)
class Attempts:
    """One array per attribute, one entry per attempt, in order of time.

    Times count from the midnight of `day` and may lie on the day after it: a retry belongs to the day on which
    its episode began. `loads` is the schedule of both days, arrivals of an hour in units of capacity.
    """

    day: date
    rollout: Rollout
    loads: Array
    micros: Array
    applicant: Array
    region: Array
    city: Array
    persona: Array
    channel: Array
    system: Array
    tier: Array
    version: Array
    is_gray: Array
    product: Array
    partner: Array
    amount: Array
    propensity: Array
    score: Array
    score_change: Array
    history: Array
    utilisation: Array
    income: Array

    def __len__(self) -> int:
        return len(self.micros)

    @cached_property
    def slot(self) -> Array:
        """The hour after the midnight of `day`, 0–47."""
        slot: Array = (self.micros // MICROS_OF_AN_HOUR).astype(np.uint8)
        return slot

    @cached_property
    def hour(self) -> Array:
        hour: Array = self.slot % np.uint8(24)
        return hour

    @cached_property
    def version_age(self) -> Array:
        """Days since the app version became stable."""
        return self.rollout.age_by_version.take(self.version)

    def take(self, rows: Array) -> "Attempts":
        return self._with({name: getattr(self, name).take(rows) for name in BY_ATTEMPT})

    def beside(self, others: Iterable["Attempts"]) -> "Attempts":
        """These and others of the same day, in order of time."""
        every = [self, *others]
        joined = {name: np.concatenate([getattr(one, name) for one in every]) for name in BY_ATTEMPT}
        return self._with(joined).take(np.argsort(joined["micros"], kind="stable"))

    def _with(self, columns: dict[str, Array]) -> "Attempts":
        return Attempts(self.day, self.rollout, self.loads, **columns)


BY_ATTEMPT = tuple(field.name for field in fields(Attempts) if field.name not in {"day", "rollout", "loads"})


def make_attempts(
    streams: Streams, applicants: Applicants, arrivals: Arrivals, day: date, channel: int | None = None
) -> Attempts:
    """Sends an applicant to every arrival and lets them ask for something, through their usual ways or one channel."""
    number = day.toordinal()
    who = _who(streams, applicants, arrivals, number)
    person = applicants.of(who)
    usual = _channel(streams, person["channel"], number)
    way_in = usual if channel is None else np.full(len(who), channel, dtype=np.uint8)
    product = PRODUCT_DECK.draw(streams.dice("product", len(who), number), person["persona"])
    rollout = Rollout.of(day)
    version, is_gray = rollout.version_of(person["lag"], person["lot"])
    has_app = way_in <= MINI_PROGRAM
    shock = applicants.shock(month_number(day)).take(who)
    return Attempts(
        day=day,
        rollout=rollout,
        loads=two_days_of_load(day),
        micros=arrivals.micros,
        applicant=who,
        channel=way_in,
        system=np.where(way_in == WEB, np.uint8(BROWSER), person["system"]),
        version=version * has_app,
        is_gray=is_gray & has_app,
        product=product,
        partner=PARTNER_DECK.draw(streams.dice("partner", len(who), number), product),
        amount=_amount(streams, product, person["income"], number),
        score=np.clip(person["score"] + shock, 350, 950),
        score_change=shock - applicants.shock(month_number(day) - 1).take(who),
        **{name: person[name] for name in TAKEN_OVER},
    )


TAKEN_OVER = ("region", "city", "persona", "tier", "propensity", "history", "utilisation", "income")


def _who(streams: Streams, applicants: Applicants, arrivals: Arrivals, number: int) -> Array:
    """A ticket of the arrival's cell, each equally likely."""
    first = applicants.first_ticket.take(arrivals.cell)
    tickets = np.diff(applicants.first_ticket).take(arrivals.cell)
    chosen = first + (streams.of("applicant", number).random(len(first)) * tickets).astype(np.int64)
    return applicants.tickets.take(chosen).astype(np.intp)


def _channel(streams: Streams, habitual: Array, number: int) -> Array:
    stream = streams.of("channel", number)
    is_other = stream.random(len(habitual), dtype=np.float32) < OTHER_CHANNEL
    other = CHANNEL_DECK.draw(stream.integers(0, FACES, len(habitual), dtype=np.uint16))
    return np.where(is_other, other, habitual)


def _amount(streams: Streams, product: Array, income: Array, number: int) -> Array:
    """More income, more money asked for; in hundreds of yuan."""
    wish = AMOUNT_DECK.draw(streams.dice("amount", len(product), number), product).astype(np.int64)
    return rounded_amount(wish * (USUAL_INCOME + income) // (2 * USUAL_INCOME))


def rounded_amount(yuan: Array) -> Array:
    """Down to whole hundreds, within what can be asked for."""
    amount: Array = np.clip(yuan // AMOUNT_STEP * AMOUNT_STEP, SMALLEST_AMOUNT, LARGEST_AMOUNT).astype(np.int32)
    return amount
