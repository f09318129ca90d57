"""Everybody's weeks: there is nobody to compare them with but everybody in other weeks."""

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from synthetic_data.decks import Array
from synthetic_data.demand import is_promotion
from synthetic_data.evidence.cells import GROUPS, LOAD, Cells
from synthetic_data.evidence.chance import as_normal, ratio, skew, two_sided
from synthetic_data.evidence.shares import Shares, shares_by_day
from synthetic_data.evidence.weeks import FEWEST_EXPECTED, WEEK, Week
from synthetic_data.shifts import Shift

EVERYBODY = "everybody"
FEWEST_WEEKS = 12
"""With fewer, nobody knows how weeks scatter."""
LENGTHS = (1, 4)
"""Weeks in a row that are tested together: what is small may last."""
MEDIAN = 0.4549
"""Half of all squares of a normal score lie below it."""


def everybody(cells: Cells, mondays: Sequence[date], weeks: Sequence[date], shifts: Sequence[Shift]) -> Iterator[Week]:
    """Tests `mondays`, some of the weeks, one by one and four in a row, against all other weeks.

    Promotions and shifts move the mix, and the load moves with the calendar: both are left out.
    """
    cells = cells.where(_is_usual(cells, shifts))
    if not len(cells.day):
        return
    days, by_cell = shares_by_day(cells, "product")
    week = (days - weeks[0].toordinal()) // WEEK if weeks else days
    there = [monday for number, monday in enumerate(weeks) if (week == number).any()]
    if len(there) < FEWEST_WEEKS:
        return
    tested = set(mondays)
    for length in LENGTHS:
        spans = [there[n : n + length] for n in range(len(there) - length + 1)]
        starts = [span[0] for span in spans if tested.issuperset(span) and (span[-1] - span[0]).days < length * WEEK]
        yield from _tests(by_cell.whole(), days, there, starts, length)


def _tests(shares: Shares, days: Array, weeks: list[date], starts: list[date], length: int) -> Iterator[Week]:
    effect, score, is_known = _surprise(
        shares, _within(days, starts, length * WEEK), _spread(shares, _within(days, weeks, WEEK)), len(weeks)
    )
    name = EVERYBODY if length == 1 else f"{EVERYBODY}, {length} weeks"
    for place, group in zip(*np.nonzero(is_known), strict=True):
        z = score[place, group]
        p = float(two_sided(np.array([z]))[0])
        yield Week(EVERYBODY, name, GROUPS[group], starts[place], float(effect[place, group]), float(z), p)


def _within(days: Array, starts: Sequence[date], length: int) -> Array:
    first = np.array([start.toordinal() for start in starts], dtype=np.int64)[:, None]
    is_within: Array = (days >= first) & (days < first + length)
    return is_within


def _is_usual(cells: Cells, shifts: Sequence[Shift]) -> Array:
    days = np.unique(cells.day)
    is_usual = [not _is_moved(date.fromordinal(day), shifts) for day in days]
    found: Array = np.isin(cells.day, days[np.array(is_usual, dtype=bool)])
    return found


def _is_moved(day: date, shifts: Sequence[Shift]) -> bool:
    return is_promotion(day) or any(shift.touches(day, day) for shift in shifts)


def _surprise(shares: Shares, in_span: Array, spread: Array, weeks: int) -> tuple[Array, Array, Array]:
    """By span and group: the effect, its normal score, and whether it can be judged."""
    now, others = shares.over(in_span), shares.over(~in_span)
    effect = (_without_load(now) - _without_load(others))[:, 0]
    z = ratio(effect, np.sqrt(now.noise + others.noise)[:, 0])
    tries, found = now.tries[:, 0], now.found[:, 0]
    expected = found - effect * tries
    score = as_normal(z / np.sqrt(spread) * skew(found, np.maximum(expected, 0), tries), weeks / 2)
    is_known = (expected >= FEWEST_EXPECTED) & (expected < tries)
    is_known[:, GROUPS.index(LOAD)] = False
    return effect, score, is_known


def _spread(shares: Shares, in_week: Array) -> Array:
    """How far weeks scatter, at least as far as by chance: around their median and by half of them, odd or not."""
    weeks = shares.over(in_week)
    excess, noise = _without_load(weeks)[:, 0], weeks.noise[:, 0]
    squares = ratio(np.square(excess - np.median(excess, axis=0)), noise)
    spread: Array = np.maximum(1, np.median(squares, axis=0) / MEDIAN)
    return spread


def _without_load(shares: Shares) -> Array:
    """The excess among those whom the load did not refuse."""
    load = shares.found[:, :, GROUPS.index(LOAD)][:, :, None]
    return ratio(shares.found, shares.tries - load) - ratio(shares.expected, shares.tries)
