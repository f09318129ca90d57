"""What incidents did: the same day played once as it is and once without each of them, compared episode by episode."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from synthetic_data.comparison import NET, Comparison, Sums, compared
from synthetic_data.decks import Array
from synthetic_data.episodes import Stage, mask_of


class Role(StrEnum):
    """What an incident, or several that overlap, are to an attempt.

    `refused`: refused, and approved without them. `induced`: it exists only because of them, without which the episode
    would have been over. What is told of several is true without all of them, and without no single one.
    """

    REFUSED = "refused"
    INDUCED = "induced"


ROLES = tuple(Role)


@dataclass(frozen=True)
class Effect:
    """What one incident, or several that overlap, did to the episodes that began on one day.

    `rows` are the tries concerned, by their place in the day's course as it is; `roles` what the incident is to each.
    The counts among the `sums` are those of `rows`. The net sums of an overlap are what all its incidents did together
    beyond what each of them did alone: negative where each alone is already charged with the same loan.
    """

    incidents: tuple[int, ...]
    rows: Array
    roles: Array
    sums: Sums


@dataclass(frozen=True)
class Day:
    """What a day's incidents did: alone, where several had a hand in the same episode, and all together."""

    effects: tuple[Effect, ...]
    total: Sums


def told(stage: Stage) -> Day:
    """The net sums of the effects add up to those of the total, and each try that differs without all has a role."""
    if not stage.incidents:
        return Day((), Sums())
    return _Overlaps(stage, {number: compared(stage, number) for number in stage.incidents}).day


@dataclass(frozen=True)
class _Overlaps:
    """What single incidents did on a day, beside what they did together."""

    stage: Stage
    alone: dict[int, Comparison]

    @property
    def day(self) -> Day:
        singles = [_effect((number,), one, one.everywhere) for number, one in self.alone.items()]
        effects = (*(effect for effect in singles if effect.sums != Sums()), *self._joint())
        return Day(effects, self._together.sums(self._together.everywhere))

    @cached_property
    def _together(self) -> Comparison:
        """Without all incidents of the day."""
        return self.alone[next(iter(self.alone))] if len(self.alone) == 1 else compared(self.stage, *self.alone)

    def _joint(self) -> list[Effect]:
        """One effect for each set of incidents that had a hand in the same episodes."""
        if len(self.alone) == 1:
            return []
        open_nets, is_open = self._nets(), self._is_told_of_nobody()
        sets = self._concerned.take(self._together.factual.episode)
        is_concerned = np.any(open_nets != 0, axis=0)
        is_concerned[self._together.factual.episode[is_open]] = True
        return [
            self._effect_of(mask, open_nets[:, self._concerned == mask], is_open & (sets == mask))
            for mask in np.unique(self._concerned[is_concerned])
        ]

    def _effect_of(self, mask: np.uint64, nets: Array, is_open: Array) -> Effect:
        numbers = tuple(number for number in self.alone if mask & mask_of(number))
        effect = _effect(numbers, self._together, is_open)
        sums = dict(zip(NET, nets.sum(axis=1).tolist(), strict=True))
        return replace(effect, sums=replace(effect.sums, **sums))

    def _nets(self) -> Array:
        """What is left of the net sums of each episode when each incident alone has had its part."""
        episodes = len(self.stage.first)
        nets: Array = self._together.nets(episodes) - sum(one.nets(episodes) for one in self.alone.values())
        return nets

    def _is_told_of_nobody(self) -> Array:
        """Tries that differ without all incidents, and without no single one."""
        is_told = np.zeros(len(self.stage.as_it_is), dtype=bool)
        for one in self.alone.values():
            is_told[one.rows[one.is_caused | one.is_induced]] = True
        return (self._together.is_caused | self._together.is_induced) & ~is_told[self._together.rows]

    @cached_property
    def _concerned(self) -> Array:
        """For each episode of the day, the incidents that had a hand in it in any of the worlds, a bit each."""
        concerned = np.zeros(len(self.stage.first), dtype=np.uint64)
        for course in (self.stage.as_it_is, *(one.other for one in self.alone.values())):
            np.bitwise_or.at(concerned, course.episode, course.fired)
        for number, one in self.alone.items():
            concerned[one.factual.episode[one.is_changed]] |= mask_of(number)
        concerned[np.bitwise_count(concerned) == 1] = mask_of(*self.alone)
        return concerned


def _effect(numbers: Sequence[int], one: Comparison, is_asked: Array) -> Effect:
    rows = np.flatnonzero((one.is_caused | one.is_induced) & is_asked)
    return Effect(tuple(numbers), one.rows[rows], one.is_induced[rows].astype(np.int8), one.sums(is_asked))
