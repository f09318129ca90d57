"""A world: everything that is fixed once, before any day of it is made."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256

from etl.errors import InvalidValue
from synthetic_data.applicants import Applicants, make_applicants
from synthetic_data.demand import Demand
from synthetic_data.incidents import Incident
from synthetic_data.places import load_places
from synthetic_data.retries import RETRIES_PER_EPISODE
from synthetic_data.scenario import Scenario, load_scenario
from synthetic_data.streams import Streams
from synthetic_data.world import CALENDAR

VERSION = 4
"""Of the generator: raised with every change that makes another world of the same seed."""
DEFAULT_SEED = 20261031
DEFAULT_END = date(2026, 10, 31)
DEFAULT_DAYS = 365
DEFAULT_ATTEMPTS = 1_200_000
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
MOST_IN_A_DAY = 5_000_000
MOST_DIRTY = 0.5
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class World:
    """What all days share. The same world gives the same day, bit by bit, whichever other days are made.

    A day depends on all that makes up the `id` and on nothing else. On the first and last day and the attempts too:
    demand is scaled so that all days together have that many attempts, applicants are as many as those need, what was
    tried again from the day before the first is not there, and nobody tries again after the last.
    """

    seed: int
    first: date
    last: date
    attempts: int
    scenario: Scenario
    applicants: Applicants
    demand: Demand
    dirty: float = 0.0
    """The share of the lines that get spoiled on their way into the log."""

    @property
    def id(self) -> str:
        """What tells its attempts from those of another world, which have the same attempt ids."""
        return _identity(self.seed, self.first, self.last, self.attempts, self.scenario, self.dirty)

    @property
    def days(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """Those of the scenario that touch the world's days."""
        return tuple(i for i in self.scenario.incidents if i.touches(self.first, self.last))


def make_world(
    *,
    days: int = DEFAULT_DAYS,
    attempts: int = DEFAULT_ATTEMPTS,
    seed: int = DEFAULT_SEED,
    end: date = DEFAULT_END,
    scenario: str = "default",
    dirty: float = 0.0,
) -> World:
    """A world of `days` days up to and including `end`; nothing is written."""
    _check(days, attempts, seed, end, dirty)
    streams, places, first = Streams(seed), load_places(), end - timedelta(days=days - 1)
    demand = Demand.calibrated(places, first, days, attempts / (1 + RETRIES_PER_EPISODE))
    if demand.expected.max() > MOST_IN_A_DAY:
        raise InvalidValue(f"--attempts {attempts} over --days {days} is above {MOST_IN_A_DAY} attempts in a day")
    _warn_beyond_calendar(first, end)
    plan = load_scenario(scenario)
    return World(seed, first, end, attempts, plan, make_applicants(streams, places, attempts), demand, dirty)


def _warn_beyond_calendar(first: date, last: date) -> None:
    known, ends = CALENDAR
    if first < known or last > ends:
        what = "no Spring Festival and no new release"
        logger.warning("a world from %s to %s has %s outside %s to %s", first, last, what, known, ends)


def world_id(
    *,
    days: int = DEFAULT_DAYS,
    attempts: int = DEFAULT_ATTEMPTS,
    seed: int = DEFAULT_SEED,
    end: date = DEFAULT_END,
    scenario: str = "default",
    dirty: float = 0.0,
) -> str:
    """The `id` that such a world would have, without making it."""
    _check(days, attempts, seed, end, dirty)
    return _identity(seed, end - timedelta(days=days - 1), end, attempts, load_scenario(scenario), dirty)


def _identity(seed: int, first: date, last: date, attempts: int, scenario: Scenario, dirty: float) -> str:
    return sha256(repr((VERSION, seed, first, last, attempts, scenario, dirty)).encode()).hexdigest()[:16]


def _check(days: int, attempts: int, seed: int, end: date, dirty: float) -> None:
    if end > LATEST:
        raise InvalidValue(f"--end {end} must not be after {LATEST}")
    if days < 1 or (end - EARLIEST).days < days:
        raise InvalidValue(f"--days {days} must be at least 1 and not reach back before {EARLIEST}")
    if attempts < 1:
        raise InvalidValue(f"--attempts {attempts} must be at least 1")
    if attempts > days * MOST_IN_A_DAY:
        raise InvalidValue(f"--attempts {attempts} over --days {days} is above {MOST_IN_A_DAY} attempts in a day")
    if not 0 <= seed < 2**63:
        raise InvalidValue(f"--seed {seed} must be between 0 and {2**63 - 1}")
    if not 0 <= dirty <= MOST_DIRTY:
        raise InvalidValue(f"--dirty {dirty} must be a share between 0 and {MOST_DIRTY}")
