"""What incidents did: the same day played once as it is and once without each of them, compared episode by episode."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from synthetic_data.decisions import APPROVED, REFUSED
from synthetic_data.decks import Array
from synthetic_data.episodes import Course, Stage, mask_of


class Role(StrEnum):
    """What an incident is to an attempt.

    `refused`: refused, and approved without the incident. `induced`: it exists only because of the incident, without
    which the episode would have been over. `overlap`: refused, approved without all the incidents named, but not
    without any single one of them.
    """

    REFUSED = "refused"
    INDUCED = "induced"
    OVERLAP = "overlap"


ROLES = tuple(Role)


@dataclass(frozen=True)
class Sums:
    """The effect of an incident in numbers that add up over days; amounts in yuan.

    `refusals_net` are all refusals less those that there would be without the incident; `loans_lost` the episodes
    that would end with a loan less those that do; `lending_lost` the same in money. `amount_caused` is what the
    attempts with the role `refused` had asked for.
    """

    refusals_caused: int = 0
    amount_caused: int = 0
    attempts_induced: int = 0
    refusals_induced: int = 0
    refusals_net: int = 0
    loans_lost: int = 0
    lending_lost: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, name) + getattr(other, name) for name in Sums.__dataclass_fields__))


@dataclass(frozen=True)
class Effect:
    """What one incident, or several that overlap, did to the episodes that began on one day.

    `rows` are the tries concerned, by their place in the day's course as it is; `roles` what the incident is to each.
    """

    incidents: tuple[int, ...]
    rows: Array
    roles: Array
    sums: Sums


def effects(stage: Stage) -> Iterator[Effect]:
    """For every incident that changed something, and for every overlap of several."""
    alone = [effect for number in stage.incidents if (effect := _alone(stage, number))]
    yield from alone
    is_told = np.zeros(len(stage.as_it_is), dtype=bool)
    for effect in alone:
        is_told[effect.rows[effect.roles == ROLES.index(Role.REFUSED)]] = True
    yield from _overlaps(stage, is_told)


def _alone(stage: Stage, number: int) -> Effect | None:
    every, other = stage.without(number)
    if not len(every):
        return None
    factual = stage.as_it_is.take(every)
    found, is_there = _found(factual, other)
    is_refused = factual.outcome == REFUSED
    is_caused = is_refused & is_there & (other.outcome[found] == APPROVED)
    rows = np.flatnonzero(is_caused | ~is_there)
    sums = Sums(
        refusals_caused=int(is_caused.sum()),
        amount_caused=int(factual.amount[is_caused].sum()),
        attempts_induced=int((~is_there).sum()),
        refusals_induced=int((is_refused & ~is_there).sum()),
        refusals_net=int(is_refused.sum()) - int((other.outcome == REFUSED).sum()),
        loans_lost=int((other.outcome == APPROVED).sum()) - int((factual.outcome == APPROVED).sum()),
        lending_lost=_lent(other) - _lent(factual),
    )
    return Effect((number,), every[rows], (~is_there[rows]).astype(np.int8), sums)


def _overlaps(stage: Stage, is_told: Array) -> Iterator[Effect]:
    course = stage.as_it_is
    several = np.flatnonzero((np.bitwise_count(course.fired) > 1) & (course.outcome == REFUSED))
    for mask in np.unique(course.fired[several]):
        numbers = tuple(number for number in stage.incidents if mask & mask_of(number))
        every, other = stage.without(*numbers)
        factual = course.take(every)
        found, is_there = _found(factual, other)
        is_joint = (factual.fired == mask) & (factual.outcome == REFUSED) & ~is_told[every]
        rows = every[is_joint & is_there & (other.outcome[found] == APPROVED)]
        if len(rows):
            sums = Sums(refusals_caused=len(rows), amount_caused=int(course.amount[rows].sum()))
            yield Effect(numbers, rows, np.full(len(rows), ROLES.index(Role.OVERLAP), np.int8), sums)


def _found(factual: Course, other: Course) -> tuple[Array, Array]:
    """For each try as it is, its place in the other world, and whether it exists there."""
    if not len(other):
        return np.zeros(len(factual), dtype=np.intp), np.zeros(len(factual), dtype=bool)
    sought = np.searchsorted(other.key, factual.key, sorter=other.by_key)
    place = other.by_key[np.minimum(sought, len(other) - 1)]
    return place, other.key[place] == factual.key


def _lent(course: Course) -> int:
    return int(course.amount[course.outcome == APPROVED].sum())
