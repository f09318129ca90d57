"""How many people try to borrow, when and where: province × payday × hour × calendar, over-dispersed."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from etl.catalogue.spring_festivals import NEW_YEARS
from synthetic_data.decks import Array
from synthetic_data.places import Places
from synthetic_data.streams import Streams
from synthetic_data.world import PAYDAY_SHARES, PAYDAYS

MORNING = (2.2, 1.2, 0.8, 0.6, 0.6, 0.9, 1.8, 3.0, 4.2, 5.2, 5.8, 5.6)
AFTERNOON = (5.6, 5.3, 5.2, 5.2, 5.0, 4.9, 5.0, 5.4, 6.2, 6.8, 6.2, 4.5)
DIURNAL = np.array(MORNING + AFTERNOON)
"""Two humps, before noon and in the late evening; the trough is at four in the morning."""

WEEKDAY = (1.04, 1.03, 1.02, 1.02, 1.03, 0.95, 0.91)
YEARLY_GROWTH = 0.12

PROMOTIONS = {(11, 11): 3.0, (11, 10): 1.25, (11, 12): 1.3, (6, 18): 1.8, (6, 17): 1.2, (12, 12): 1.25}
MIDNIGHT_WALL, EVENING_PEAK = 4.0, 1.6
"""On a promotion day people wait for midnight, and come back at eight in the evening."""

SPRING_FESTIVALS = tuple(day for day in NEW_YEARS if day.year >= 2024)
"""Those that the world can lie near."""

BEFORE_PAYDAY, ON_PAYDAY = 1.20, 0.88
DAYS_SHORT_OF_MONEY = 5

FANO = 0.6
"""Variance of a province's daily count above Poisson, in units of its mean."""
DAY_NOISE, PROVINCE_NOISE = 0.03, 0.02


def is_promotion(day: date) -> bool:
    return PROMOTIONS.get((day.month, day.day), 1.0) >= 1.5


def calendar_factor(day: date) -> float:
    """How much busier than an ordinary day this one is for everybody."""
    national_day = 0.82 if (day.month, day.day) in {(10, n) for n in range(1, 8)} else 1.0
    promotion = PROMOTIONS.get((day.month, day.day), 1.0)
    return WEEKDAY[day.weekday()] * national_day * promotion * _spring_festival(day) * _trend(day)


def _spring_festival(day: date) -> float:
    """People borrow before the journey home and hardly at all during the holiday."""
    for new_year in SPRING_FESTIVALS:
        away = (day - new_year).days
        if -18 <= away <= -4:
            return 1.12
        if -3 <= away <= 7:
            return 0.42 if -1 <= away <= 4 else 0.68
    return 1.0


def _trend(day: date) -> float:
    return float((1 + YEARLY_GROWTH) ** ((day - date(2026, 1, 1)).days / 365))


def payday_factors(day: date) -> Array:
    """By payday group: money is short in the days before it, and there on the day itself."""
    factors = np.ones(len(PAYDAYS))
    for group, payday in enumerate(PAYDAYS):
        if 0 <= day.day - payday < 2:
            factors[group] = ON_PAYDAY
        elif (day + timedelta(days=DAYS_SHORT_OF_MONEY)).day in _span(payday):
            factors[group] = BEFORE_PAYDAY
    return factors


def _span(payday: int) -> range:
    return range(payday, payday + DAYS_SHORT_OF_MONEY)


def hour_shape(day: date) -> Array:
    """Attempts by hour relative to the day's mean hour."""
    shape: Array = DIURNAL / DIURNAL.mean()
    if is_promotion(day):
        shape = shape.copy()
        shape[0] *= MIDNIGHT_WALL
        shape[20:22] *= EVENING_PEAK
    normal: Array = shape / shape.mean()
    return normal


def load_by_hour(day: date) -> Array:
    """Expected arrivals in units of what the system was built for: the busiest hour of a busy ordinary day."""
    capacity = 1.15 * DIURNAL.max() / DIURNAL.mean()
    load: Array = hour_shape(day) * (calendar_factor(day) / _trend(day) / capacity)
    return load


def two_days_of_load(day: date) -> Array:
    """The schedule of a day and of the one after it, 48 hours: an episode may go on past midnight."""
    return np.concatenate([load_by_hour(day), load_by_hour(day + timedelta(days=1))])


@dataclass(frozen=True)
class Arrivals:
    """When (microseconds after local midnight, ascending) and in which cell (province and payday) people try."""

    micros: Array
    cell: Array


@dataclass(frozen=True)
class Demand:
    """Expected attempts of each day, calibrated so that the whole span sums to the attempts asked for."""

    places: Places
    first: date
    expected: Array

    @classmethod
    def calibrated(cls, places: Places, first: date, days: int, attempts: float) -> "Demand":
        factors = np.array([_day_weight(first + timedelta(days=n)) for n in range(days)])
        return cls(places, first, attempts * factors / factors.sum())

    def arrivals(self, streams: Streams, day: date, share: float = 1.0) -> Arrivals:
        """The day's arrivals, or a share of as many; the same day of the same world always has the same."""
        number = day.toordinal()
        weights = self._cell_weights(streams, day) * share
        by_hour = streams.of("arrivals", number).poisson(weights.sum(axis=1))
        hour = np.repeat(np.arange(24), by_hour)
        when = np.sort(hour + _minute(streams, day, hour))
        limits = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
        limits[:, -1] = 1
        cell = _found(limits, hour, streams.of("arrival cell", number).random(len(hour)))
        return Arrivals((when * 3_600_000_000).astype(np.int64), cell.astype(np.uint8))

    def _cell_weights(self, streams: Streams, day: date) -> Array:
        """Expected arrivals, hours × cells, with the day's own noise."""
        total = self.expected[(day - self.first).days]
        by_region = self.places.weights / self.places.weights.sum() * total
        by_region = by_region * _noise(streams, day, by_region)
        by_cell = np.outer(by_region, payday_factors(day) * PAYDAY_SHARES / _payday_mean(day))
        hours = hour_shape(day) / 24
        behind = (np.arange(24)[:, None] - self.places.hours_behind) % 24
        return (hours[behind][:, :, None] * by_cell).reshape(24, -1)


GUIDES = 256


def _found(limits: Array, row: Array, place: Array) -> Array:
    """The first limit of its row that lies above each place: from a guide on, step by step (Chen & Asau 1974)."""
    steps = np.arange(GUIDES) / GUIDES
    guide = np.stack([np.searchsorted(one, steps, side="right") for one in limits])
    found = guide.ravel().take(row * GUIDES + (place * GUIDES).astype(np.intp))
    flat, width = limits.ravel(), limits.shape[1]
    behind = np.flatnonzero(flat.take(row * width + found) <= place)
    while len(behind):
        found[behind] += 1
        behind = behind[flat.take(row[behind] * width + found[behind]) <= place[behind]]
    return found


def _day_weight(day: date) -> float:
    return calendar_factor(day) * _payday_mean(day)


def _payday_mean(day: date) -> float:
    return float(np.dot(PAYDAY_SHARES, payday_factors(day)))


def _noise(streams: Streams, day: date, expected: Array) -> Array:
    """Gamma factors of mean 1: one for the country, one for each province, wider where few are expected."""
    number = day.toordinal()
    country = 1 / DAY_NOISE**2
    shared = streams.of("day noise", number).gamma(country) / country
    shape = 1 / (FANO / np.maximum(expected, 1e-9) + PROVINCE_NOISE**2)
    own: Array = streams.of("province noise", number).gamma(shape) / shape
    return own * shared


def _minute(streams: Streams, day: date, hour: Array) -> Array:
    """The fraction of the hour; after midnight of a promotion most come in the first minutes."""
    fraction: Array = streams.of("minute", day.toordinal()).random(len(hour))
    if is_promotion(day):
        fraction[hour == 0] **= 3
    return fraction
