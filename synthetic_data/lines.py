"""The lines of one day's file: what began on that day, and what began the day before and went on past midnight."""

from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from hashlib import sha256

import numpy as np

from synthetic_data.counterfactual import Day, told
from synthetic_data.decisions import REFUSED, TECHNICAL_BITS
from synthetic_data.decks import Array
from synthetic_data.episodes import Course, Stage

MICROS_OF_A_DAY = 86_400_000_000


@dataclass(frozen=True)
class Story:
    """The episodes that begin on one day, and which of their tries lie before midnight and which after it."""

    stage: Stage

    @property
    def day(self) -> date:
        return self.stage.first.day

    @property
    def course(self) -> Course:
        return self.stage.as_it_is

    @cached_property
    def told(self) -> Day:
        """What the incidents did to the episodes."""
        return told(self.stage)

    @cached_property
    def own(self) -> Array:
        """The tries before midnight in order of time, as rows of the course."""
        return self._in_order[: self._until_midnight]

    @cached_property
    def spilled(self) -> Array:
        """The tries after midnight in order of time, as rows of the course."""
        return self._in_order[self._until_midnight :]

    @cached_property
    def _in_order(self) -> Array:
        in_order: Array = np.argsort(self.course.micros, kind="stable")
        return in_order

    @cached_property
    def _until_midnight(self) -> int:
        return int((self.course.micros < MICROS_OF_A_DAY).sum())

    @cached_property
    def numbers(self) -> Array:
        """The number of each try before midnight in the day's file; what spills over is numbered there."""
        numbers = np.full(len(self.course), -1, dtype=np.int32)
        numbers[self.own] = np.arange(len(self.own))
        return numbers


@dataclass(frozen=True)
class Lines:
    """One array per attribute, one entry per line of the file, in order of time."""

    day: date
    number: Array
    micros: Array
    applicant: Array
    region: Array
    city: Array
    channel: Array
    system: Array
    version: Array
    is_gray: Array
    product: Array
    partner: Array
    score: Array
    history: Array
    amount: Array
    outcome: Array
    bits: Array
    is_followed: Array

    def __len__(self) -> int:
        return len(self.micros)

    @cached_property
    def refused(self) -> Array:
        """The lines of refusals."""
        return np.flatnonzero(self.outcome == REFUSED)

    @cached_property
    def is_technical(self) -> Array:
        """A technical failure short-circuits: the gates behind it were not evaluated."""
        is_technical: Array = (self.bits & TECHNICAL_BITS) != 0
        return is_technical

    @property
    def digest(self) -> str:
        """A hash of everything that is a whole number: the same on every machine for the same world and day."""
        content = sha256()
        for name in HASHED:
            content.update(np.ascontiguousarray(getattr(self, name)).data)
        return content.hexdigest()


OF_THE_COURSE = ("amount", "outcome", "bits", "is_followed")
OF_THE_FIRST_TRY = (
    *("applicant", "region", "city", "channel", "system", "version", "is_gray", "product", "partner", "score"),
    "history",
)
HASHED = ("micros", *OF_THE_FIRST_TRY, *OF_THE_COURSE)


def merged(story: Story, before: Story | None) -> Lines:
    """The lines of the day of `story`. `before` is the day before, None at the beginning of the world."""
    late = before.spilled if before is not None else np.empty(0, dtype=np.intp)
    source = before or story
    micros = np.concatenate([story.course.micros[story.own], source.course.micros[late] - MICROS_OF_A_DAY])
    number = np.argsort(micros, kind="stable")
    tries = np.concatenate([story.own, len(story.course) + np.arange(len(late))])[number]
    first = np.concatenate([story.course.episode, len(story.stage.first) + np.arange(len(late))])[tries]

    def column(name: str) -> Array:
        if name in OF_THE_COURSE:
            picked: Array = _beside(story.course, source.course, late, name).take(tries)
        else:
            picked = _beside(story.stage.first, source.stage.first, source.course.episode[late], name).take(first)
        return picked

    columns = {name: column(name) for name in (*OF_THE_COURSE, *OF_THE_FIRST_TRY)}
    return Lines(day=story.day, number=number, micros=micros[number], **columns)


def _beside(own: object, other: object, rows: Array, name: str) -> Array:
    """A column of one and, behind it, these rows of the other."""
    column: Array = np.concatenate([getattr(own, name), getattr(other, name).take(rows)])
    return column


def attempt_ids(day: date, numbers: Array) -> Array:
    """`20260310-0000042`: the business day and the number in its file, as sixteen bytes."""
    ids = np.empty((len(numbers), 2), dtype=np.uint64)
    ids[:, 0] = np.frombuffer(f"{day:%Y%m%d}".encode(), np.uint64)
    ids[:, 1] = _numerals(1 << int(numbers.max(initial=1)).bit_length()).take(numbers)
    return ids.view("S16").ravel()


@cache
def _numerals(count: int) -> Array:
    """`-0000000`, `-0000001` and so on, as eight bytes each."""
    digits = np.arange(count)[:, None] // 10 ** np.arange(6, -1, -1) % 10
    texts = np.insert((digits + ord("0")).astype(np.uint8), 0, ord("-"), axis=1)
    numerals: Array = texts.view(np.uint64).ravel()
    return numerals
