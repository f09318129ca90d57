"""Episodes: a first try and its retries, played through in the world as it is or without some of its incidents."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from synthetic_data.attempts import Attempts
from synthetic_data.decisions import Round, Tries, decide
from synthetic_data.decks import Array
from synthetic_data.dice import Dice
from synthetic_data.incidents import Incident
from synthetic_data.retries import MOST_TRIES, next_tries, stormy

Incidents = Mapping[int, Incident]
"""By their number in the scenario."""


@dataclass(frozen=True)
class Course:
    """What became of episodes: one entry per try, all first tries in order of time, then all second ones, and so on.

    `episode` is the place of the first try among the day's first tries; `micros` counts from the day's midnight.
    """

    episode: Array
    number: Array
    micros: Array
    amount: Array
    outcome: Array
    bits: Array
    fired: Array
    is_followed: Array
    """Whether the applicant tried once more."""

    def __len__(self) -> int:
        return len(self.episode)

    @cached_property
    def key(self) -> Array:
        """Which try of which episode, the same in every world."""
        key: Array = self.episode.astype(np.int64) * MOST_TRIES + self.number - 1
        return key

    @cached_property
    def by_key(self) -> Array:
        """The rows in order of their key."""
        by_key: Array = np.argsort(self.key, kind="stable")
        return by_key

    def take(self, rows: Array) -> "Course":
        return Course(*(getattr(self, name).take(rows) for name in Course.__dataclass_fields__))


@dataclass(frozen=True)
class Stage:
    """What all worlds that are compared have in common: a day's first tries and the dice of their episodes."""

    first: Attempts
    dice: Dice
    incidents: Incidents
    """Those that touch the day or the one after it."""
    last_day: date
    horizon: int
    """Microseconds after the day's midnight: from then on nothing is recorded any more."""

    @cached_property
    def as_it_is(self) -> Course:
        return self._play(self._tries(self.loads), self.incidents)

    def without(self, *numbers: int) -> tuple[Array, Course]:
        """The episodes that these incidents can have touched: their rows as it is, and what they would be without."""
        others = {number: incident for number, incident in self.incidents.items() if number not in numbers}
        loads = stormy(self.first.loads, others.values(), self.first.day)
        if not np.array_equal(loads, self.loads):
            return np.arange(len(self.as_it_is)), self._play(self._tries(loads), others)
        is_touched = np.zeros(len(self.first), dtype=bool)
        is_touched[self.as_it_is.episode[(self.as_it_is.fired & mask_of(*numbers)) != 0]] = True
        rows = np.flatnonzero(is_touched.take(self.as_it_is.episode))
        return rows, self._play(self._tries(loads).take(np.flatnonzero(is_touched)), others)

    @cached_property
    def loads(self) -> Array:
        """The schedule of both days, with what overloads bring on themselves."""
        return stormy(self.first.loads, self.incidents.values(), self.first.day)

    def _tries(self, loads: Array) -> Tries:
        """The first tries of everybody."""
        attempts = replace(self.first, loads=loads)
        return Tries(attempts, np.arange(len(attempts), dtype=np.intp), self.dice)

    def _play(self, first: Tries, incidents: Incidents) -> Course:
        rounds, followed = [decide(first, incidents, self.last_day)], []
        while len(rounds) < MOST_TRIES:
            tries, places = next_tries(rounds[-1], self.horizon)
            followed.append(places)
            rounds.append(decide(tries, incidents, self.last_day))
        return _course(rounds, [*followed, np.empty(0, dtype=np.int64)])


def mask_of(*numbers: int) -> np.uint64:
    return np.uint64(sum(1 << number for number in numbers))


def _course(rounds: list[Round], followed: list[Array]) -> Course:
    def every(name: str) -> Array:
        return np.concatenate([getattr(one, name) for one in rounds])

    return Course(
        episode=np.concatenate([one.tries.episodes for one in rounds]),
        number=np.repeat(np.arange(1, len(rounds) + 1, dtype=np.uint8), [len(one.tries) for one in rounds]),
        micros=np.concatenate([one.tries.attempts.micros for one in rounds]),
        amount=np.concatenate([one.tries.attempts.amount for one in rounds]),
        outcome=every("outcome"),
        bits=every("bits"),
        fired=every("fired"),
        is_followed=np.concatenate(
            [_marked(len(one.tries), places) for one, places in zip(rounds, followed, strict=True)]
        ),
    )


def _marked(count: int, places: Array) -> Array:
    marked = np.zeros(count, dtype=bool)
    marked[places] = True
    return marked
