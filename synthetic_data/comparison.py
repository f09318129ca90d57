"""Two courses of the same episodes held against each other: as they are, and without some incidents."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from synthetic_data.decisions import APPROVED, REFUSED
from synthetic_data.decks import Array
from synthetic_data.episodes import Course, Stage


@dataclass(frozen=True)
class Sums:
    """The effect of incidents in numbers that add up over days; amounts in yuan.

    `refusals_net` are all refusals less those that there would be without them; `loans_lost` the episodes that would
    end with a loan less those that do; `lending_lost` the same in money. `amount_caused` is what the attempts with the
    role `refused` had asked for.
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


NET = ("refusals_net", "loans_lost", "lending_lost")
"""The sums that are differences of whole courses: those of incidents and of their overlaps add up to the whole."""


@dataclass(frozen=True)
class Comparison:
    """The tries that some incidents can have touched (`rows` of the course as it is), and what they would be without.

    `other` may hold tries that do not exist as it is, and may lack some that do.
    """

    rows: Array
    factual: Course
    other: Course

    @cached_property
    def is_induced(self) -> Array:
        """Tries that exist only as it is."""
        if not len(self.other):
            return self.everywhere
        is_induced: Array = self.other.key[self._found] != self.factual.key
        return is_induced

    @cached_property
    def is_caused(self) -> Array:
        """Tries that are refused as it is and approved without."""
        is_caused: Array = self.is_refused & ~self.is_induced & self._otherwise("outcome", APPROVED)
        return is_caused

    @cached_property
    def is_refused(self) -> Array:
        is_refused: Array = self.factual.outcome == REFUSED
        return is_refused

    @cached_property
    def is_changed(self) -> Array:
        """Tries that are not there, or do not end for the same reasons, in both courses."""
        is_same = self._otherwise("outcome", self.factual.outcome) & self._otherwise("bits", self.factual.bits)
        is_changed: Array = self.is_induced | ~is_same
        return is_changed

    def sums(self, is_asked: Array) -> Sums:
        """What there is to count among these of its tries, with the net sums of all of them."""
        is_caused, is_induced = self.is_caused & is_asked, self.is_induced & is_asked
        nets = self.nets(int(self.factual.episode.max(initial=-1)) + 1).sum(axis=1)
        return Sums(
            refusals_caused=int(is_caused.sum()),
            amount_caused=int(self.factual.amount[is_caused].sum()),
            attempts_induced=int(is_induced.sum()),
            refusals_induced=int((is_induced & self.is_refused).sum()),
            **dict(zip(NET, nets.tolist(), strict=True)),
        )

    def nets(self, episodes: int) -> Array:
        """The net sums (see `NET`) of each episode of the day, as three rows of whole numbers."""
        (refused, loans, lent), (no_refused, no_loans, no_lent) = (
            _ends(course, episodes) for course in (self.factual, self.other)
        )
        return np.stack([refused - no_refused, no_loans - loans, no_lent - lent])

    @cached_property
    def everywhere(self) -> Array:
        return np.ones(len(self.factual), dtype=bool)

    @cached_property
    def _found(self) -> Array:
        """For each try as it is, its place in the other course, or a place of another one."""
        sought = np.searchsorted(self.other.key, self.factual.key, sorter=self.other.by_key)
        found: Array = self.other.by_key[np.minimum(sought, len(self.other) - 1)]
        return found

    def _otherwise(self, name: str, value: object) -> Array:
        """Where a column of the other course has this value."""
        is_so: Array = getattr(self.other, name)[self._found] == value if len(self.other) else ~self.everywhere
        return is_so


def compared(stage: Stage, *numbers: int) -> Comparison:
    """The day as it is beside the day without these incidents."""
    rows, other = stage.without(*numbers)
    return Comparison(rows, stage.as_it_is.take(rows), other)


def _ends(course: Course, episodes: int) -> Array:
    """Refusals, loans and money lent by episode."""
    is_refused, is_loan = course.outcome == REFUSED, course.outcome == APPROVED
    amount = np.where(is_loan, course.amount, 0)
    ends = [np.bincount(course.episode, weight, episodes) for weight in (is_refused, is_loan, amount)]
    return np.stack(ends).astype(np.int64)
