"""One day's attempts before anybody judges them: who asks, where, through what, for how much."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from synthetic_data.applicants import Applicants, month_number
from synthetic_data.decks import Array, Deck
from synthetic_data.demand import Arrivals, load_by_hour
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


@dataclass(frozen=True)
class Attempts:
    """One array per attribute, one entry per attempt, in order of time."""

    day: date
    micros: Array
    hour: Array
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
    score: Array
    score_change: Array
    history: Array
    utilisation: Array
    income: Array
    rollout: Rollout

    def __len__(self) -> int:
        return len(self.micros)

    @cached_property
    def load(self) -> Array:
        """Expected arrivals of the hour in units of capacity."""
        return load_by_hour(self.day).astype(np.float32).take(self.hour)

    @cached_property
    def version_age(self) -> Array:
        """Days since the app version became stable."""
        return self.rollout.age_by_version.take(self.version)


def make_attempts(streams: Streams, applicants: Applicants, arrivals: Arrivals, day: date) -> Attempts:
    """Sends an applicant to every arrival and lets them ask for something."""
    number = day.toordinal()
    who = _who(streams, applicants, arrivals, number)
    persona = applicants.persona.take(who)
    income = applicants.income.take(who)
    channel = _channel(streams, applicants.channel.take(who), number)
    product = PRODUCT_DECK.draw(streams.of("product", number), persona)
    rollout = Rollout.of(day)
    version, is_gray = rollout.version_of(applicants.lag.take(who), applicants.lot.take(who))
    has_app = channel <= MINI_PROGRAM
    shock = applicants.shock(month_number(day)).take(who)
    return Attempts(
        day=day,
        micros=arrivals.micros,
        hour=arrivals.hour,
        applicant=who,
        region=applicants.region.take(who),
        city=applicants.city.take(who),
        persona=persona,
        channel=channel,
        system=np.where(channel == WEB, np.uint8(BROWSER), applicants.system.take(who)),
        tier=applicants.tier.take(who),
        version=version * has_app,
        is_gray=is_gray & has_app,
        product=product,
        partner=PARTNER_DECK.draw(streams.of("partner", number), product),
        amount=_amount(streams, product, income, number),
        score=np.clip(applicants.score.take(who) + shock, 350, 950),
        score_change=shock - applicants.shock(month_number(day) - 1).take(who),
        history=applicants.history.take(who),
        utilisation=applicants.utilisation.take(who),
        income=income,
        rollout=rollout,
    )


def _who(streams: Streams, applicants: Applicants, arrivals: Arrivals, number: int) -> Array:
    """A ticket of the arrival's cell, each equally likely."""
    first = applicants.first_ticket.take(arrivals.cell)
    tickets = np.diff(applicants.first_ticket).take(arrivals.cell)
    chosen = first + (streams.of("applicant", number).random(len(first)) * tickets).astype(np.int64)
    return applicants.tickets.take(chosen)


def _channel(streams: Streams, habitual: Array, number: int) -> Array:
    stream = streams.of("channel", number)
    is_other = stream.random(len(habitual), dtype=np.float32) < OTHER_CHANNEL
    return np.where(is_other, CHANNEL_DECK.draw_many(stream, len(habitual)), habitual)


def _amount(streams: Streams, product: Array, income: Array, number: int) -> Array:
    """More income, more money asked for; in hundreds of yuan."""
    wish = AMOUNT_DECK.draw(streams.of("amount", number), product).astype(np.int64)
    steps = wish * (USUAL_INCOME + income) // (2 * USUAL_INCOME * AMOUNT_STEP)
    amount: Array = np.clip(steps * AMOUNT_STEP, SMALLEST_AMOUNT, LARGEST_AMOUNT).astype(np.int32)
    return amount
