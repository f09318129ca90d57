"""Whether the log is quiet where nothing was planted: every cell against the rest, each week against the others."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import numpy as np

from synthetic_data.decks import Array
from synthetic_data.evidence.cells import GROUPS, Cells
from synthetic_data.evidence.chance import as_normal, discoveries, overdispersion, ratio, skew, two_sided
from synthetic_data.evidence.everybody import EVERYBODY, everybody
from synthetic_data.evidence.rows import DIMENSIONS
from synthetic_data.evidence.seasons import CALENDAR
from synthetic_data.evidence.shares import Shares, shares_by_day
from synthetic_data.evidence.weeks import FEWEST_EXPECTED, WEEK, Week
from synthetic_data.incidents import Incident
from synthetic_data.shifts import Shift

FALSE_SHARE = 0.01
"""Of the discoveries, at most; where nothing is to be discovered, this is the chance of one false alarm in a world."""
SELDOM = 1.0
"""Refusals to be expected at least, where there never were any."""
MISSING = 0
"""The number of the value that a cell has where nothing is written."""


@dataclass(frozen=True)
class Silence:
    """All tests of a dimension, and those among them that stand out from all tests of the world together."""

    dimension: str
    tests: int
    found: tuple[Week, ...]

    @property
    def is_broken(self) -> bool:
        return bool(self.found)

    @property
    def verdict(self) -> str:
        if self.tests:
            return "NOT QUIET" if self.is_broken else "quiet"
        return "too few attempts"


@dataclass(frozen=True)
class Surprise:
    """By week, cell and layer: how far the share is from what was foretold, and which of them are
    asked for and can be judged."""

    effect: Array
    score: Array
    is_asked: Array
    is_known: Array


@dataclass(frozen=True)
class Tested:
    """Tests, and how many more would have been judged if more had been found."""

    weeks: list[Week]
    rare: int = 0


class Told(Protocol):
    """What is known of a world beside its log."""

    @property
    def span(self) -> tuple[date, date]: ...
    @property
    def incidents(self) -> tuple[Incident, ...]: ...
    @property
    def shifts(self) -> tuple[Shift, ...]: ...


def listen(
    cells: Cells,
    world: Told,
    seasons: Iterable[Week] = (),
    false_share: float = FALSE_SHARE,
) -> tuple[Silence, ...]:
    """Tests every cell in every whole week, everybody by the weeks, and finds what stands out among all tests.

    What is too rare to be foretold, and turns out rare, is a test too: it counts among those that found nothing.
    """
    tested = [*_groups(cells, world)]
    weeks = [*(week for group in tested for week in group.weeks), *seasons]
    p = np.array([week.p for week in weeks])
    found = [weeks[place] for place in discoveries(p, false_share, sum(group.rare for group in tested))]
    return tuple(
        Silence(
            dimension,
            sum(week.dimension == dimension for week in weeks),
            tuple(week for week in found if week.dimension == dimension),
        )
        for dimension in (*DIMENSIONS, EVERYBODY, CALENDAR)
    )


def _groups(cells: Cells, world: Told) -> Iterator[Tested]:
    """Weeks by the scopes that incidents took out of them: the same are taken out of the weeks to compare with."""
    incidents, (first, last) = world.incidents, world.span
    calm = cells.where(cells.regime == 0)
    groups: dict[tuple[int, ...], list[date]] = {}
    for monday in _mondays(first, last):
        hit = (n for n, one in enumerate(incidents) if one.touches(monday, monday + timedelta(days=WEEK - 1)))
        groups.setdefault(tuple(n for n in hit if _is_known_by_cell(incidents[n])), []).append(monday)
    for numbers, mondays in groups.items():
        is_kept = np.ones(len(calm.day), dtype=bool)
        for number in numbers:
            is_kept &= ~calm.in_scope(incidents[number].scope)
        kept = calm.where(is_kept)
        for dimension in DIMENSIONS:
            yield _tests(kept, dimension, mondays)
        yield Tested(list(everybody(kept, mondays, [*_mondays(first, last)], world.shifts)))


def _mondays(first: date, last: date) -> Iterator[date]:
    """Of the whole weeks between two days."""
    monday = first + timedelta(days=-first.weekday() % WEEK)
    while monday + timedelta(days=WEEK - 1) <= last:
        yield monday
        monday += timedelta(days=WEEK)


def _is_known_by_cell(incident: Incident) -> bool:
    """Whether cells tell who is in its scope; versions and rings are dealt by lot, so that nobody is missed there."""
    return bool(incident.scope) and set(incident.scope) <= set(DIMENSIONS)


def _tests(cells: Cells, dimension: str, mondays: list[date]) -> Tested:
    if not len(cells.day):
        return Tested([])
    days, cell = shares_by_day(cells, dimension)
    in_week = np.array([(days >= monday.toordinal()) & (days < monday.toordinal() + WEEK) for monday in mondays])
    surprise = _surprise(cell, cell.rest(), in_week)
    places = np.nonzero(surprise.is_known)
    effect, score = surprise.effect[places], surprise.score[places]
    words = cells.words[dimension]
    weeks = [
        Week(dimension, words[value], GROUPS[layer], mondays[week], float(points), float(z), float(p))
        for week, value, layer, points, z, p in zip(*places, effect, score, two_sided(score), strict=True)
    ]
    return Tested(weeks, int((surprise.is_asked & ~surprise.is_known).sum()))


def _surprise(cell: Shares, rest: Shares, in_week: Array) -> Surprise:
    """A difference of differences: here and in the rest, this week and in all others."""
    here, there, before, others = (side.over(days) for days in (in_week, ~in_week) for side in (cell, rest))
    effect = here.excess - there.excess - before.excess + others.excess
    expected = np.maximum(here.found - effect * here.tries, SELDOM)
    now = here.noise * ratio(expected, here.expected) + there.noise * ratio(there.found, there.expected)
    spread, freedom = _overdispersion(cell, rest, in_week)
    error = np.sqrt(spread * np.maximum(now + before.noise + others.noise, 0))
    score = as_normal(ratio(effect, error) * skew(here.found, expected, here.tries), freedom)
    is_asked = (np.minimum(before.expected, there.expected) >= FEWEST_EXPECTED) & (error > 0)
    is_asked &= expected < here.tries
    is_asked[:, MISSING] = False
    return Surprise(effect, score, is_asked, is_asked & (np.maximum(expected, here.found) >= FEWEST_EXPECTED))


def _overdispersion(cell: Shares, rest: Shares, in_week: Array) -> tuple[Array, Array]:
    """Of the days outside each week. What lifts everybody on a day also makes that day noisier."""
    every = np.ones((1, len(cell.tries)))
    usual = cell.over(every).excess - rest.over(every).excess
    noise = (cell.noise + rest.noise) * ratio(cell.found + rest.found, cell.expected + rest.expected)
    return overdispersion((cell.excess - rest.excess - usual) ** 2, noise * (cell.tries > 0), ~in_week)
