"""Who tries again after a refusal, when, and for how much; and how those retries add to an overload."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import reduce

import numpy as np

from synthetic_data.attempts import rounded_amount
from synthetic_data.decisions import REFUSED, Round, Tries
from synthetic_data.decks import CARDS, FACES, Array
from synthetic_data.gates import Gate, bits_of
from synthetic_data.incidents import Incident, Onset

MOST_TRIES = 4
"""The first and three retries."""

AFTER_TECHNICAL, AFTER_ACCOUNT_OR_POLICY, AFTER_OTHERS = 0.62, 0.18, 0.11
"""How often somebody of usual propensity tries again, by the gate of the first recorded reason."""
MOST_OFTEN = 0.95

RETRIES_PER_EPISODE = 0.052
"""How many are allowed for, so that all attempts together come to what was asked for. A few too many: 0.049 come in the
default year and 0.046 in the calm one, which end 0.2 and 0.7 per cent short. Another number makes another world."""

SOONEST = 45
SOON, LATER = 3 * 60, 90 * 60
LATEST = 6 * 3600
"""Seconds: at the soonest, on average after a technical failure and after any other refusal, and at the latest."""

LESS_AFTER_CAPACITY = 30
"""Per cent less is asked for after a refusal for capacity alone."""

TECHNICAL, ACCOUNT_OR_POLICY, CAPACITY = (
    bits_of(Gate.TECHNICAL),
    bits_of(Gate.ACCOUNT, Gate.POLICY),
    bits_of(Gate.CAPACITY),
)


def _waits(mean: int) -> Array:
    """Equally likely waiting times in seconds, exponential around a mean, bounded on both sides."""
    slices = (np.arange(CARDS) + 0.5) / CARDS
    waits: Array = np.minimum(SOONEST - mean * np.log1p(-slices), LATEST).astype(np.int64)
    return waits


WAITS = np.stack([_waits(LATER), _waits(SOON)])


def next_tries(past: Round, horizon: int) -> tuple[Tries, Array]:
    """The tries that follow a round, in order of time, and the places in the round that they follow.

    `horizon` is the moment (microseconds after the midnight of the day) from which nothing is recorded any more.
    """
    refused = np.flatnonzero(past.outcome == REFUSED)
    refused = refused[_tries_again(past, refused)]
    micros = past.tries.attempts.micros[refused] + _wait(past, refused)
    in_order = np.argsort(micros, kind="stable")
    in_order = in_order[: np.searchsorted(micros[in_order], horizon)]
    refused, micros = refused[in_order], micros[in_order]
    attempts = replace(past.tries.attempts.take(refused), micros=micros, amount=_amount(past, refused))
    episodes = past.tries.episodes[refused]
    lasting = past.tries.calm[refused]
    return Tries(attempts, episodes, past.tries.dice, past.tries.number + 1, lasting), refused


def _tries_again(past: Round, refused: Array) -> Array:
    bits = past.bits[refused]
    usual = np.where(bits & ACCOUNT_OR_POLICY, np.float32(AFTER_ACCOUNT_OR_POLICY), np.float32(AFTER_OTHERS))
    usual[(bits & TECHNICAL) != 0] = AFTER_TECHNICAL
    propensity = past.tries.attempts.propensity[refused].astype(np.float32) / 100
    die = _die(past, "tries again", refused)
    is_again: Array = die < np.minimum(usual * propensity, MOST_OFTEN) * FACES
    return is_again


def _wait(past: Round, refused: Array) -> Array:
    is_soon = ((past.bits[refused] & TECHNICAL) != 0).astype(np.int64)
    card = _die(past, "waits", refused) // (FACES // CARDS)
    micros: Array = WAITS[is_soon, card] * 1_000_000
    return micros


def _amount(past: Round, refused: Array) -> Array:
    amount = past.tries.attempts.amount[refused]
    is_too_much = (past.bits[refused] & ~CAPACITY) == 0
    less = rounded_amount(amount.astype(np.int64) * (100 - LESS_AFTER_CAPACITY) // 100)
    return np.where(is_too_much, less, amount)


def _die(past: Round, concern: str, refused: Array) -> Array:
    return past.tries.roll(concern)[refused]


def stormy(loads: Array, overloads: Iterable[Incident], day: date) -> Array:
    """The schedule of two days with the retries that overloads bring on themselves.

    Whoever is refused by an overload tries again within minutes, which makes it worse: each hour's load is the fixed
    point of load = base × (1 + r + r² + r³), r being the share that all its overloads together refuse at that load
    times how often one tries again. What only hits a scope moves no load, and neither do shifts of demand.
    """
    sizes = _sizes(overloads, day)
    raised = loads
    for _ in range(ROUNDS if sizes.any() else 0):
        again = AFTER_TECHNICAL * _by_any(sizes * (1 - 1 / np.maximum(raised, 1)))
        raised = loads * (1 + again + again**2 + again**3)
    return raised if np.array_equal(raised, loads) else np.round(raised, 6)


ROUNDS = 40
"""Each brings the load nearer to the fixed point by a third at least."""


def _sizes(overloads: Iterable[Incident], day: date) -> Array:
    """Overloads × 48 hours: the share that each refuses where nothing is served; in an order of their own."""
    sizes = [np.zeros(48)]
    for overload in overloads:
        if overload.onset is Onset.LOAD and not overload.scope:
            size = np.zeros(48)
            size[_hours(overload, day)] = sum(overload.effect.values())
            sizes.append(size)
    return np.sort(sizes, axis=0)


def _by_any(chances: Array) -> Array:
    """The chance that at least one of several comes true, each for itself; they are the rows."""
    return reduce(lambda one, other: one + other - one * other, chances)


def _hours(incident: Incident, day: date) -> slice:
    """The whole hours of an incident after the midnight of `day`: none that begins before it or ends after it."""
    midnight, hour = datetime.combine(day, datetime.min.time()), timedelta(hours=1)
    first, last = -((midnight - incident.start) // hour), (incident.end - midnight) // hour
    return slice(min(max(first, 0), 48), min(max(last, 0), 48))
